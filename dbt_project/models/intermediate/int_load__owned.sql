{#- Rows of a load never change: in a run by touch those of proven loads are not counted again, the few others are looked up. -#}
{{ config(pre_hook="{{ 'set local enable_nestloop = on' if builds_by_touch() }}") }}
{%- set is_counted = execute and builds_by_touch() and load_cached_relation(this) is not none -%}
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

sender as (

    select * from {{ source('ops', 'sender') }}

),

rows_of_leas as (

    {%- if is_counted %}
    select
        load_id,
        owner_org_id,
        row_count
    from {{ this }}
    where is_of_lea and load_id in (select proven_load.load_id from {{ source('ops', 'proven_load') }} as proven_load)
    union all
    {%- endif %}
    {{ lea_rows_by_owner(is_fresh_load() if is_counted else 'true') }}

),

owned_rows as (

    select
        load_id,
        owner_org_id,
        true as is_of_lea,
        row_count
    from rows_of_leas
    union all
    -- All other extracts are the SEA's and speak for the whole state.
    select
        built_load.load_id,
        sender.state_code as owner_org_id,
        false as is_of_lea,
        null as row_count
    from built_load
    inner join sender on built_load.sender_id = sender.sender_id
    where built_load.extract not in (select lea_extract.extract from {{ ref('lea_extract') }} as lea_extract)

)

select
    built_load.load_id,
    built_load.extract,
    built_load.school_year,
    built_load.window_code,
    built_load.received_at,
    owned_rows.owner_org_id,
    owned_rows.is_of_lea,
    owned_rows.row_count
from owned_rows
inner join built_load on owned_rows.load_id = built_load.load_id
