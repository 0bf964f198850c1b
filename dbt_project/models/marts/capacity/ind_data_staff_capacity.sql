with

-- Fiscal services (251x), planning and data (254x), administrative technology (258x), by the function that the pay is booked on.
paid as (

    select
        lea_id,
        cast(fiscal_year as integer) as school_year,
        staff_pid,
        sum(amount_usd) as salary_usd,
        coalesce(sum(amount_usd) filter (where function_code similar to '(251|254|258)%'), 0) as data_salary_usd
    from {{ ref('int_payroll__chosen') }}
    where payroll_activity_code = 'base' and staff_pid is not null
    group by lea_id, fiscal_year, staff_pid

),

employed as (

    select
        lea_id,
        school_year,
        staff_pid,
        sum(fte_cap) as fte
    from {{ ref('int_staff__capped') }}
    group by lea_id, school_year, staff_pid

),

staffed as (

    select
        paid.lea_id,
        paid.school_year,
        sum(employed.fte * paid.data_salary_usd / paid.salary_usd) as data_fte
    from paid
    inner join employed
        on paid.lea_id = employed.lea_id and paid.school_year = employed.school_year and paid.staff_pid = employed.staff_pid
    where paid.salary_usd > 0
    group by paid.lea_id, paid.school_year

),

-- Pupils of the LEA's own schools: its cell holds those of the LEAs that it took over, whose staff is not on its payroll.
membership as (

    select
        leaf.lea_id,
        cell.school_year,
        sum(cell.student_count) as student_count
    from {{ ref('fct_enrollment_cell') }} as cell
    inner join {{ ref('int_organisation__placed') }} as leaf
        on cell.org_id = leaf.org_id and leaf.org_type_code in ('SCHOOL', 'PSEUDO_CHILD')
    where cell.grade_code = 'ALL' and cell.subgroup_dimension_code = 'all' and leaf.lea_id is not null
    group by leaf.lea_id, cell.school_year

),

-- FTE and pupils of the same LEAs: those whose payroll meets their roster.
rolled as (

    select
        ancestry.ancestor_org_id as org_id,
        membership.school_year,
        sum(staffed.data_fte) as data_fte,
        sum(membership.student_count) filter (where staffed.lea_id is not null) as student_count
    from membership
    inner join {{ ref('int_ancestry__expanded') }} as ancestry on membership.lea_id = ancestry.org_id
    left join staffed on membership.lea_id = staffed.lea_id and membership.school_year = staffed.school_year
    group by ancestry.ancestor_org_id, membership.school_year

)

select
    {{ indicator_row(
        'data_staff_capacity', 'data_fte', 'student_count', value='1000 * data_fte / nullif(student_count, 0)', n='student_count',
        reason_code="case when data_fte is null then 'MISSING_INPUT' when student_count = 0 then 'NO_STUDENTS' end"
    ) }}
from rolled
