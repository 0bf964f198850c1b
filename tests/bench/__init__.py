"""`make bench`: what the pipeline costs, measured on a real PostgreSQL with the files of a sample state.

A stage is a module with `prepare(place)`, which is not measured, and `measure(place, prepared)`, which returns figures; `bench.stages`
lists them. Anything that is compared is compared in the same run, by turns (`bench.turns`).
"""
