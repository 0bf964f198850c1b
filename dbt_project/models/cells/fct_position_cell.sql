with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

-- Only LEAs that told both what is open and who holds the rest: of another, nobody knows how much of all is open.
reported as (

    select
        vacancy.lea_id,
        vacancy.school_year,
        max(vacancy.told_share) as told_share
    from {{ ref('int_vacancy__dated') }} as vacancy
    inner join {{ ref('int_load__ranked') }} as staff
        on vacancy.lea_id = staff.owner_org_id and vacancy.school_year = staff.school_year
    where staff.extract = 'staff_assignment' and staff.window_rank = 1 and vacancy.is_vacant_in_october is not null
    group by vacancy.lea_id, vacancy.school_year

),

filled as (

    select
        assignment.org_id,
        assignment.school_year,
        assignment.job_class_code,
        assignment.fte as filled_fte,
        reported.told_share
    from {{ ref('int_staff__capped') }} as assignment
    inner join reported on assignment.lea_id = reported.lea_id and assignment.school_year = reported.school_year
    where
        not assignment.is_substitute
        and make_date(assignment.school_year - 1, 10, 1)
        between assignment.begin_date and coalesce(assignment.end_date, cast('infinity' as date))

),

position as (

    select
        org_id,
        school_year,
        job_class_code,
        filled_fte,
        0 as vacant_fte,
        0 as vacant_fte_years,
        told_share
    from filled
    union all
    select
        vacancy.org_id,
        vacancy.school_year,
        vacancy.job_class_code,
        0 as filled_fte,
        case when vacancy.is_vacant_in_october then vacancy.fte else 0 end as vacant_fte,
        vacancy.vacant_fte_years,
        vacancy.told_share
    from {{ ref('int_vacancy__dated') }} as vacancy
    inner join reported on vacancy.lea_id = reported.lea_id and vacancy.school_year = reported.school_year

)

select
    ancestry.ancestor_org_id as org_id,
    position.school_year,
    position.job_class_code,
    sum(position.filled_fte) as filled_fte,
    sum(position.vacant_fte) as vacant_fte,
    sum(position.filled_fte + position.vacant_fte) as budgeted_fte,
    sum(position.vacant_fte_years) as vacant_fte_years,
    sum(cast((position.filled_fte + position.vacant_fte) * position.told_share as numeric(24, 12))) as budgeted_fte_years
from position
inner join ancestry on position.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, position.school_year, position.job_class_code
