with

pin as (

    select * from {{ source('ops', 'built_pin') }}

),

attempt as (

    select * from {{ ref('int_submission__attempted') }}

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
        -- The same for attempts in a row: those of one error that stayed.
        attempt.attempt_number - row_number() over (
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
        max(attempt_number) as last_attempt_number
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
cross join pin
-- The next submission of the same collection no longer has the error, else it would be part of the stay.
left join attempt as closing
    on
        opened.lea_id = closing.lea_id
        and opened.extract = closing.extract
        and opened.school_year = closing.school_year
        and opened.window_code = closing.window_code
        and opened.last_attempt_number + 1 = closing.attempt_number
