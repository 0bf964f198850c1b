{{ config(materialized='view') }}

{{ united_indicators() }}
