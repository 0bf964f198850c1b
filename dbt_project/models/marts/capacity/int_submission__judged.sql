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

-- The last word on each reading that was ever accepted: level 2 may return it, the SEA withdraw it; being replaced is none.
judged as (

    select
        load_event.load_id,
        (
            array_agg(load_event.status order by load_event.load_event_id desc)
            filter (where load_event.status <> 'superseded')
        )[1] in ('accepted', 'certified') as is_accepted
    from {{ source('ops', 'load_event') }} as load_event
    inner join pin on load_event.at <= pin.pinned_at
    group by load_event.load_id
    having bool_or(load_event.status in ('accepted', 'certified'))

)

-- The newest reading of each submission, as of the pin: what came later belongs to a later release. A reading that was never
-- accepted leaves the one before it as it is.
select
    load.submission_id,
    load.extract,
    max(load.load_id) as load_id,
    coalesce(
        (array_agg(judged.is_accepted order by load.load_id desc) filter (where judged.load_id is not null))[1], false
    ) as is_accepted,
    (array_agg(load.loaded_row_count + load.quarantined_row_count order by load.load_id desc))[1] as row_count
from load
left join judged on load.load_id = judged.load_id
group by load.submission_id, load.extract
