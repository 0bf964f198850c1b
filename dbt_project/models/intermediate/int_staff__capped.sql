with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where
        extract = 'staff_assignment'
        and window_rank = 1
        and {{ is_touched('owner_org_id', ['staff', 'staff_assignment'], reading=true) }}

),

experience as (

    select * from {{ ref('int_staff__experienced') }}

),

assignment as (

    select
        assignment.*,
        left(assignment.lea_id, 2) as state_code,
        -- A person is one person in all LEAs: the FTE of the whole state counts against 1 (indicators.md 0.9). Without an id,
        -- every line is a person of its own.
        sum(assignment.fte) over (
            partition by
                left(assignment.lea_id, 2),
                assignment.school_year,
                coalesce(assignment.staff_pid, assignment.load_id || ':' || assignment.line_number)
        ) as person_fte
    from {{ ref('stg_staff_assignment') }} as assignment
    inner join load_ranked on assignment.load_id = load_ranked.load_id and assignment.lea_id = load_ranked.owner_org_id
    where {{ is_of_touched_loads('assignment.load_id', ['staff', 'staff_assignment']) }}

)

select
    assignment.load_id,
    assignment.line_number,
    {{ leaf_org_id('assignment.lea_id') }} as org_id,
    cast(assignment.school_year as integer) as school_year,
    assignment.state_code,
    assignment.lea_id,
    assignment.staff_pid,
    assignment.job_class_code,
    assignment.assignment_code,
    assignment.course_code,
    assignment.grade_low_code,
    assignment.grade_high_code,
    assignment.begin_date,
    assignment.end_date,
    assignment.fte,
    cast(assignment.fte / greatest(1, assignment.person_fte) as numeric(18, 6)) as fte_cap,
    experience.years_teaching_total,
    -- Completed years: who has taught 2.5 of them has completed 2 (indicators.md 3.1).
    floor(experience.years_teaching_total) <= state.inexperienced_maximum_years as is_inexperienced,
    experience.effectiveness_rating_code,
    -- The position asks for no certificate, or the state asks none of its charter schools.
    not coalesce(experience.is_certificated, true) or coalesce(
        state.is_charter_credential_exempt and coalesce(school.is_charter, lea.is_charter), false
    ) as is_credential_exempt,
    coalesce(experience.is_substitute, false) as is_substitute,
    coalesce(assignment.is_teacher_of_record, true) as is_teacher_of_record
from assignment
left join experience
    on
        assignment.state_code = experience.state_code
        and assignment.school_year = experience.school_year
        and assignment.staff_pid = experience.staff_pid
left join {{ ref('int_state__parameterised') }} as state on assignment.state_code = state.state_code
left join organisation as lea on assignment.lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join organisation as school
    on assignment.school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
