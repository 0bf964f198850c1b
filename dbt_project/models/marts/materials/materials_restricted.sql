{{ config(materialized='incremental', touched_by='org_id', shows='materials') }}
{{ materials(ref('indicator_value_restricted')) }}
