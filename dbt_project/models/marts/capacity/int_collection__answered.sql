with

pin as (

    select * from {{ source('ops', 'built_pin') }}

),

collection_window as (

    select * from {{ ref('int_window__chosen') }}

),

blank as (

    select
        load_id,
        count(*) as blank_cell_count
    from {{ source('ops', 'finding') }}
    where rule_id = 'REC-002'
    group by load_id

),

attempt as (

    select
        attempt.lea_id,
        attempt.extract,
        attempt.school_year,
        attempt.window_code,
        bool_or(attempt.is_accepted and attempt.attempt_number = 1) as is_first_pass,
        min(attempt.received_at) filter (where attempt.is_accepted) as answered_at,
        (array_agg(attempt.row_count order by attempt.attempt_number desc))[1] as row_count,
        (array_agg(coalesce(blank.blank_cell_count, 0) order by attempt.attempt_number desc))[1] as blank_cell_count
    from {{ ref('int_submission__attempted') }} as attempt
    left join blank on attempt.load_id = blank.load_id
    group by attempt.lea_id, attempt.extract, attempt.school_year, attempt.window_code

)

select
    expected.lea_id,
    expected.extract,
    expected.school_year,
    collection_window.window_code,
    collection_window.due_date,
    attempt.lea_id is not null as is_attempted,
    coalesce(attempt.is_first_pass, false) as is_first_pass,
    coalesce(cast(attempt.answered_at at time zone 'UTC' as date) <= collection_window.due_date, false) as is_on_time,
    -- What has not come is as late as it is today, that is when the inputs were pinned.
    greatest(
        cast(coalesce(attempt.answered_at, pin.pinned_at) at time zone 'UTC' as date) - collection_window.due_date, 0
    ) as days_late,
    coalesce(attempt.row_count * lea_extract.required_column_count, 0) as required_cell_count,
    coalesce(attempt.row_count * lea_extract.required_column_count - attempt.blank_cell_count, 0) as filled_cell_count
from {{ ref('int_collection__expected') }} as expected
inner join {{ ref('lea_extract') }} as lea_extract on expected.extract = lea_extract.extract
inner join collection_window
    on
        left(expected.lea_id, 2) = collection_window.state_code
        and expected.extract = collection_window.extract
        and expected.school_year = collection_window.school_year
inner join pin on collection_window.due_date <= cast(pin.pinned_at at time zone 'UTC' as date)
left join attempt
    on
        expected.lea_id = attempt.lea_id
        and expected.extract = attempt.extract
        and expected.school_year = attempt.school_year
        and collection_window.window_code = attempt.window_code
