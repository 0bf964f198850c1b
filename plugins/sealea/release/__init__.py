"""Publishing: pin the inputs, build with dbt, audit with Great Expectations, release."""
