with

-- Each target with the way that is better, and the students it is about: of a gap, the group that is behind.
goal as (

    select
        inherited.*,
        coalesce(contrast.focal_subgroup_code, inherited.subgroup_code) as affected_subgroup_code,
        coalesce(
            case register.direction_code when 'higher' then 1 when 'lower' then -1 end,
            sign(inherited.target_value - inherited.baseline_value)
        ) as direction,
        -- A value that is to be held has no way to go: what it falls short counts as it is.
        coalesce(nullif(abs(inherited.target_value - inherited.baseline_value), 0), 1) as way
    from {{ ref('int_goal__inherited') }} as inherited
    inner join {{ ref('dim_indicator') }} as register on inherited.indicator_id = register.indicator_id
    left join {{ ref('contrast') }} as contrast on inherited.contrast_id = contrast.contrast_id
    -- What the status of the goal calls not comparable leaves no way that could be told (int_goal__measured).
    where inherited.target_value is not null and inherited.is_comparable

),

-- By grade, all grades among them, and by band of grades, as materials are told.
student as (

    {%- for grade in ['grade_code', grade_band('grade_code')] %}
    select
        org_id,
        school_year,
        {{ grade }} as grade_code,
        subgroup_code,
        sum(student_count) as student_count
    from {{ ref('fct_enrollment_cell') }}
    where {{ 'true' if loop.first else grade_number('grade_code') ~ ' is not null' }}
    group by org_id, school_year, {{ grade }}, subgroup_code
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- What is left of the way to the target, times the students it is about. A measure that was not taken says nothing.
measured as (

    select
        goal.org_id,
        goal.school_year,
        goal.goal_code,
        actual.reason_code is not null as is_withheld,
        greatest(goal.direction * (goal.target_value - actual.value), 0) / goal.way * student.student_count as need
    from goal
    inner join {{ ref('indicator_value_restricted') }} as actual
        on
            goal.contrast_id = actual.contrast_id
            {%- for column in ['org_id', 'school_year', 'indicator_id', 'subject_code', 'grade_code', 'subgroup_code'] %}
            and goal.{{ column }} = actual.{{ column }}
            {%- endfor %}
    inner join student
        on
            goal.org_id = student.org_id
            and goal.school_year = student.school_year
            and goal.grade_code = student.grade_code
            and goal.affected_subgroup_code = student.subgroup_code
    where
        actual.facet = case actual.indicator_id when 'mean_score_z' then 'BASE_YEAR' else 'NONE' end
        and actual.value is not null
        and goal.direction <> 0

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
