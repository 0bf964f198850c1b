with

load_ranked as (

    select
        load_id,
        owner_org_id,
        left(owner_org_id, 2) as state_code
    from {{ ref('int_load__ranked') }}
    where extract = 'assessment_result' and window_rank = 1

)

-- A student counts once per subject and year: with a valid score if there is one, else by the first attempt. The keys after
-- that only make the choice the same in every run.
select distinct on (load_ranked.state_code, result.student_pid, result.subject_code, result.school_year)
    load_ranked.state_code,
    result.*
from {{ ref('stg_assessment_result') }} as result
inner join load_ranked
    on
        result.load_id = load_ranked.load_id
        and result.responsible_lea_id = load_ranked.owner_org_id
order by
    load_ranked.state_code,
    result.student_pid,
    result.subject_code,
    result.school_year,
    array_position(array['PARTICIPATED', 'INVALIDATED', 'NOT_TESTED'], result.participation_code),
    result.attempt_number,
    result.administration_code,
    result.test_code,
    result.responsible_lea_id,
    result.line_number
