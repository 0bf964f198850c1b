with

teacher as (

    select * from {{ ref('int_staff__capped') }}
    where job_class_code = 'TEACHER'

),

paid as (

    select * from {{ ref('int_teacher__paid') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

-- Sums weighted by FTE, so that a mean is one of them by paid_fte, the adjusted one by adjusted_paid_fte.
select
    ancestry.ancestor_org_id as org_id,
    teacher.school_year,
    coalesce(sum(teacher.fte_cap) filter (where paid.salary_usd is not null), 0) as paid_fte,
    coalesce(sum(teacher.fte_cap) filter (where paid.adjusted_salary_usd is not null), 0) as adjusted_paid_fte,
    coalesce(sum(cast(teacher.fte_cap * paid.salary_usd as numeric(18, 6))), 0) as salary_fte_usd,
    coalesce(sum(cast(teacher.fte_cap * paid.adjusted_salary_usd as numeric(18, 6))), 0) as adjusted_salary_fte_usd,
    sum(teacher.fte_cap) as fte_cap
from teacher
inner join ancestry on teacher.org_id = ancestry.org_id
left join paid
    on
        teacher.lea_id = paid.lea_id
        and teacher.school_year = paid.school_year
        and teacher.staff_pid = paid.staff_pid
group by ancestry.ancestor_org_id, teacher.school_year
