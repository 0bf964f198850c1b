with

attempt as (

    select
        *,
        -- Readings with rows: a file that cannot be read neither has the error nor shows that it is gone.
        count(*) filter (where row_count > 0) over (
            partition by lea_id, extract, school_year, window_code order by attempt_number asc
        ) as reading_number
    from {{ ref('int_submission__attempted') }}

),

-- A rule that fails in a submission is one error, however many lines break it. What other files say of it (level 2) is no
-- fault of this submission alone, and comes and goes with theirs.
error as (

    select distinct
        load_id,
        rule_id
    from {{ source('ops', 'finding') }}
    where level = 1 and severity in ('F1', 'F2', 'S')

),

found as (

    select
        attempt.*,
        error.rule_id,
        -- The same for readings in a row: those of one error that stayed.
        attempt.reading_number - count(*) filter (where attempt.row_count > 0) over (
            partition by attempt.lea_id, attempt.extract, attempt.school_year, attempt.window_code, error.rule_id
            order by attempt.attempt_number asc
        ) as stay
    from attempt
    inner join error on attempt.load_id = error.load_id

),

opened as (

    select
        lea_id,
        extract,
        school_year,
        window_code,
        rule_id,
        min(received_at) as opened_at,
        max(reading_number) as last_reading_number
    from found
    group by lea_id, extract, school_year, window_code, rule_id, stay

)

select
    opened.lea_id,
    opened.extract,
    opened.school_year,
    opened.window_code,
    opened.rule_id,
    opened.opened_at,
    closing.received_at is not null as is_closed,
    cast(
        extract(epoch from coalesce(closing.received_at, pin.pinned_at) - opened.opened_at) / 86400 as numeric(18, 6)
    ) as open_days
from opened
cross join {{ source('ops', 'built_pin') }} as pin
-- The next reading of the same collection no longer has the error, else it would be part of the stay.
left join attempt as closing
    on
        opened.lea_id = closing.lea_id
        and opened.extract = closing.extract
        and opened.school_year = closing.school_year
        and opened.window_code = closing.window_code
        and opened.last_reading_number + 1 = closing.reading_number
        and closing.row_count > 0
