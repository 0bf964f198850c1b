with

pin as (

    select * from {{ source('ops', 'built_pin') }}

),

load as (

    select load.*
    from {{ source('ops', 'load') }} as load
    inner join pin on load.loaded_at <= pin.pinned_at
    where load.extract is not null

),

accepted as (

    select distinct load_event.load_id
    from {{ source('ops', 'load_event') }} as load_event
    inner join pin on load_event.at <= pin.pinned_at
    where load_event.status in ('accepted', 'certified')

)

-- The newest reading of each submission, as of the pin: what came later belongs to a later release.
select
    load.submission_id,
    load.extract,
    max(load.load_id) as load_id,
    bool_or(accepted.load_id is not null) as is_accepted,
    (array_agg(load.loaded_row_count + load.quarantined_row_count order by load.load_id desc))[1] as row_count
from load
left join accepted on load.load_id = accepted.load_id
group by load.submission_id, load.extract
