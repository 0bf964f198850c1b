with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'staff' and window_rank = 1

),

assigned as (

    select
        *,
        least(greatest(begin_date, make_date(school_year - 1, 7, 1)), make_date(school_year, 6, 30)) as first_day,
        least(end_date, make_date(school_year, 6, 30)) as last_day
    from {{ ref('int_staff__capped') }}
    where staff_pid is not null

),

-- Who teaches, in all positions: pay of other jobs follows other schedules. FTE is the mean over the days at work: who moves to
-- another school within the year holds one position after the other.
employed as (

    select
        lea_id,
        school_year,
        staff_pid,
        sum(fte * (greatest(last_day, first_day) - first_day + 1)) / (
            select sum(upper(span) - lower(span))
            from unnest(range_agg(daterange(first_day, greatest(last_day, first_day), '[]'))) as span
        ) as fte
    from assigned
    group by lea_id, school_year, staff_pid
    having bool_or(job_class_code = 'TEACHER') and sum(fte) > 0

),

-- Base pay for a full position and a full contract. No pay for work done is an error of the file, not a salary.
paid as (

    select
        staff.lea_id,
        cast(staff.school_year as integer) as school_year,
        staff.staff_pid,
        staff.highest_degree_code,
        -- Completed steps of five years; unknown experience is no step and not the first.
        case when staff.years_teaching_total >= 25 then 5 else floor(staff.years_teaching_total / 5) end as step,
        nullif(staff.annual_base_salary_usd, 0) / employed.fte
        * state.full_contract_days / least(staff.contract_days, state.full_contract_days) as salary_usd
    from {{ ref('stg_staff') }} as staff
    inner join load_ranked on staff.load_id = load_ranked.load_id and staff.lea_id = load_ranked.owner_org_id
    inner join employed
        on
            staff.lea_id = employed.lea_id
            and staff.school_year = employed.school_year
            and staff.staff_pid = employed.staff_pid
    inner join {{ ref('int_state__parameterised') }} as state on left(staff.lea_id, 2) = state.state_code

)

select
    lea_id,
    school_year,
    staff_pid,
    cast(max(salary_usd) as numeric(18, 6)) as salary_usd,
    -- What the person would earn at the LEA's mean, but for what degree and experience do not explain.
    cast(max(adjusted_salary_usd) as numeric(18, 6)) as adjusted_salary_usd
from (
    select
        *,
        case
            when step is not null then
                salary_usd
                - avg(salary_usd) over (partition by lea_id, school_year, highest_degree_code, step)
                + avg(salary_usd) over (partition by lea_id, school_year)
        end as adjusted_salary_usd
    from paid
) as adjusted
group by lea_id, school_year, staff_pid
