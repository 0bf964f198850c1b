{{ config(
    materialized='incremental', touched_by='responsible_lea_id', extracts=['assessment_result'],
    indexes=[{'columns': ['responsible_lea_id']}, {'columns': ['student_pid']}, {'columns': ['contending_lea_ids']}]
) }}
with

load_ranked as (

    select
        load_id,
        owner_org_id,
        left(owner_org_id, 2) as state_code
    from {{ ref('int_load__ranked') }}
    where
        extract = 'assessment_result'
        and window_rank = 1
        and {{ is_touched('owner_org_id', ['assessment_result'], reading=true) }}

),

result as (

    select
        load_ranked.state_code,
        result.*,
        min(result.responsible_lea_id) over student as first_lea_id,
        max(result.responsible_lea_id) over student as last_lea_id,
        string_agg(result.responsible_lea_id, ' ') over student as lea_ids
    from {{ ref('stg_assessment_result') }} as result
    inner join load_ranked
        on
            result.load_id = load_ranked.load_id
            and result.responsible_lea_id = load_ranked.owner_org_id
    where {{ is_of_touched_loads('result.load_id', ['assessment_result']) }}
    window student as (
        partition by load_ranked.state_code, result.student_pid, result.subject_code, result.school_year
        order by result.responsible_lea_id
        rows between unbounded preceding and unbounded following
    )

)

-- A student counts once per subject and year: with a valid score if there is one, else where the LEA does not say that the
-- student has moved away, else by the first attempt. The keys after that only make the choice the same in every run.
select distinct on (result.state_code, result.student_pid, result.subject_code, result.school_year)
    result.*,
    -- All LEAs that have a result of the student, with spaces between them, if there are several.
    case when result.first_lea_id <> result.last_lea_id then result.lea_ids end as contending_lea_ids
from result
order by
    result.state_code,
    result.student_pid,
    result.subject_code,
    result.school_year,
    array_position(array['PARTICIPATED', 'INVALIDATED', 'NOT_TESTED'], result.participation_code),
    coalesce(result.reason_not_tested_code = 'MOVED', false),
    result.attempt_number,
    result.administration_code,
    result.test_code,
    result.responsible_lea_id,
    result.line_number
