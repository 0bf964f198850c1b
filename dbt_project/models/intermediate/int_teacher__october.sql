with

-- October 1 of the school year 2026 is in 2025. Substitutes, and who does not answer for the class, are no teachers of record.
teacher as (

    select * from {{ ref('int_staff__capped') }}
    where
        job_class_code = 'TEACHER'
        and staff_pid is not null
        and not is_substitute
        and is_teacher_of_record
        and fte > 0
        and make_date(school_year - 1, 10, 1) between begin_date and coalesce(end_date, cast('infinity' as date))

)

select
    state_code,
    school_year,
    staff_pid,
    org_id,
    lea_id,
    sum(fte) as fte,
    -- One place for each person, so that places add up: where most of the time is given.
    row_number() over (partition by state_code, school_year, staff_pid order by sum(fte) desc, org_id asc) = 1 as is_main
from teacher
group by state_code, school_year, staff_pid, org_id, lea_id
