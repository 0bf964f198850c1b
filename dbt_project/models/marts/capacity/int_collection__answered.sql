with

pin as (

    select * from {{ source('ops', 'built_pin') }}

),

-- Of a rule and column 100 000 lines are told; one finding more, of no line, says how many others there are (intake/findings.py).
blank as (

    select
        load_id,
        cast(
            sum(case when line_number is null then cast(substring(detail, '[0-9]+') as bigint) else 1 end) as bigint
        ) as blank_cell_count
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
    due.lea_id,
    due.extract,
    due.school_year,
    due.window_code,
    due.due_date,
    attempt.lea_id is not null as is_attempted,
    coalesce(attempt.is_first_pass, false) as is_first_pass,
    coalesce(cast(attempt.answered_at at time zone due.time_zone as date) <= due.due_date, false) as is_on_time,
    -- What has not come is as late as it is today, that is when the inputs were pinned.
    greatest(
        cast(coalesce(attempt.answered_at, pin.pinned_at) at time zone due.time_zone as date) - due.due_date, 0
    ) as days_late,
    coalesce(attempt.row_count * due.required_column_count, 0) as required_cell_count,
    coalesce(attempt.row_count * due.required_column_count - attempt.blank_cell_count, 0) as filled_cell_count
from {{ ref('int_collection__due') }} as due
cross join pin
left join attempt
    on
        due.lea_id = attempt.lea_id
        and due.extract = attempt.extract
        and due.school_year = attempt.school_year
        and due.window_code = attempt.window_code
