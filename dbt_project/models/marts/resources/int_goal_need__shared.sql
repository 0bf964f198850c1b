with

goal as (

    select * from {{ ref('int_goal__inherited') }}

),

register as (

    select
        indicator_id,
        case direction_code when 'higher' then 1 when 'lower' then -1 end as direction
    from {{ ref('dim_indicator') }}

),

actual as (

    select * from {{ ref('indicator_value_restricted') }}
    where facet = 'NONE' and value is not null and indicator_id in (select goal.indicator_id from goal)

),

student as (

    select
        org_id,
        school_year,
        subgroup_code,
        sum(student_count) as student_count
    from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL'
    group by org_id, school_year, subgroup_code

),

-- What is left of the way to the target, times the students it is about. A measure that was not taken says nothing.
measured as (

    select
        goal.org_id,
        goal.school_year,
        goal.goal_code,
        actual.reason_code is not null as is_withheld,
        greatest(
            coalesce(register.direction, sign(goal.target_value - goal.baseline_value)) * (goal.target_value - actual.value), 0
        ) / abs(goal.target_value - goal.baseline_value) * student.student_count as need
    from goal
    inner join register on goal.indicator_id = register.indicator_id
    inner join actual
        on
            goal.org_id = actual.org_id
            and goal.school_year = actual.school_year
            and goal.indicator_id = actual.indicator_id
            and goal.subject_code = actual.subject_code
            and goal.grade_code = actual.grade_code
            and goal.subgroup_code = actual.subgroup_code
            and goal.contrast_id = actual.contrast_id
    inner join student
        on
            goal.org_id = student.org_id
            and goal.school_year = student.school_year
            and goal.subgroup_code = student.subgroup_code
    where goal.target_value <> goal.baseline_value

)

-- A goal with many measures needs no more than one with few.
select
    org_id,
    school_year,
    goal_code,
    cast(avg(need) as numeric(18, 6)) as need,
    cast(avg(need) / nullif(sum(avg(need)) over (partition by org_id, school_year), 0) as numeric(18, 6)) as need_share,
    -- A share of a whole tells the other shares, so one value that readers do not see withholds the shares of all goals.
    bool_or(bool_or(is_withheld)) over (partition by org_id, school_year) as is_need_withheld
from measured
group by org_id, school_year, goal_code
