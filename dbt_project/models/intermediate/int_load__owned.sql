with

pinned_load as (

    select * from {{ source('ops', 'pinned_load') }}
    where pin_id = {{ env_var('PIN_ID', '0') }}

),

sender as (

    select * from {{ source('ops', 'sender') }}

),

rows_of_leas as (

    {{ lea_rows_by_owner() }}

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
        pinned_load.load_id,
        sender.state_code as owner_org_id,
        false as is_of_lea,
        null as row_count
    from pinned_load
    inner join sender on pinned_load.sender_id = sender.sender_id
    where pinned_load.extract not in (select lea_extract.extract from {{ ref('lea_extract') }} as lea_extract)

)

select
    pinned_load.load_id,
    pinned_load.extract,
    pinned_load.school_year,
    pinned_load.window_code,
    pinned_load.received_at,
    owned_rows.owner_org_id,
    owned_rows.is_of_lea,
    owned_rows.row_count
from owned_rows
inner join pinned_load on owned_rows.load_id = pinned_load.load_id
