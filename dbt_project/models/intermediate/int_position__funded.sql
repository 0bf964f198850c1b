with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

paid as (

    select
        lea_id,
        cast(fiscal_year as integer) as school_year,
        staff_pid,
        coalesce(project_code, 'NONE') as project_code,
        sum(amount_usd) as salary_usd
    from {{ ref('int_payroll__chosen') }}
    where payroll_activity_code = 'base' and staff_pid is not null
    group by lea_id, fiscal_year, staff_pid, coalesce(project_code, 'NONE')

),

shared as (

    select
        *,
        sum(salary_usd) over (partition by lea_id, school_year, staff_pid) as person_salary_usd
    from paid

),

-- Positions that go on: substitutes fill in for others.
employed as (

    select
        lea_id,
        school_year,
        staff_pid,
        sum(fte_cap) as fte
    from {{ ref('int_staff__capped') }}
    where staff_pid is not null and not is_substitute
    group by lea_id, school_year, staff_pid

),

funding as (

    select
        lea_id,
        grant_code,
        max(end_date) as end_date,
        bool_and(recurrence_code = 'one_time') as is_one_time
    from {{ ref('int_grant__awarded') }}
    group by lea_id, grant_code

)

-- A person's FTE is split as the base pay is: .4 of it from a grant is .4 FTE on the grant (indicators.md 5.11).
select
    shared.lea_id,
    {{ lea_leaf_org_id('shared.lea_id') }} as org_id,
    shared.school_year,
    shared.staff_pid,
    shared.project_code,
    shared.salary_usd,
    cast(employed.fte * shared.salary_usd / shared.person_salary_usd as numeric(18, 6)) as fte,
    -- Money that will not come again and ends within twelve months of the fiscal year.
    coalesce(funding.is_one_time and funding.end_date <= make_date(shared.school_year + 1, 6, 30), false) as is_ending
from shared
inner join employed
    on
        shared.lea_id = employed.lea_id
        and shared.school_year = employed.school_year
        and shared.staff_pid = employed.staff_pid
left join funding on shared.lea_id = funding.lea_id and shared.project_code = funding.grant_code
left join lea on shared.lea_id = lea.org_id
where shared.person_salary_usd > 0
