with

pin as (

    select * from {{ source('ops', 'built_pin') }}

)

-- What has not fallen due when the inputs were pinned belongs to a later release.
select
    expected.lea_id,
    expected.extract,
    expected.school_year,
    collection_window.window_code,
    collection_window.due_date,
    coalesce(state_time_zone.time_zone, 'UTC') as time_zone,
    coalesce(state_extract.required_column_count, lea_extract.required_column_count) as required_column_count
from {{ ref('int_collection__expected') }} as expected
inner join {{ ref('lea_extract') }} as lea_extract on expected.extract = lea_extract.extract
left join {{ ref('state_extract') }} as state_extract
    on left(expected.lea_id, 2) = state_extract.state_code and expected.extract = state_extract.extract
inner join {{ ref('int_window__chosen') }} as collection_window
    on
        left(expected.lea_id, 2) = collection_window.state_code
        and expected.extract = collection_window.extract
        and expected.school_year = collection_window.school_year
left join {{ ref('state_time_zone') }} as state_time_zone on collection_window.state_code = state_time_zone.state_code
inner join pin
    on collection_window.due_date <= cast(pin.pinned_at at time zone coalesce(state_time_zone.time_zone, 'UTC') as date)
