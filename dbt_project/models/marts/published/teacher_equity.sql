{{ config(materialized='incremental', touched_by='org_id', shows='equity') }}
{{ teacher_equity(ref('indicator_value')) }}
