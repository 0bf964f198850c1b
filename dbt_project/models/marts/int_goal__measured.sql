{%- set scope = ['indicator_id', 'org_id', 'subject_code', 'grade_code', 'subgroup_code', 'contrast_id'] -%}
with

-- Where neither way is better in itself, the target says which way is meant; 0 if it says none.
goal as (

    select
        projected.*,
        coalesce(
            case register.direction_code when 'higher' then 1 when 'lower' then -1 end,
            cast(sign(projected.target_value - projected.baseline_value) as integer)
        ) as direction
    from {{ ref('int_goal__projected') }} as projected
    left join {{ ref('dim_indicator') }} as register on projected.indicator_id = register.indicator_id

),

actual as (

    select * from {{ ref('indicator_value_restricted') }}
    where
        facet = case indicator_id when 'mean_score_z' then 'BASE_YEAR' else 'NONE' end
        and indicator_id in (select goal.indicator_id from goal)

),

-- The value of the year, else the last one since the baseline, which is stale in time (indicators.md 6.1).
latest as (

    select distinct on (
        {% for column in scope %}goal.{{ column }},
        {% endfor %}goal.goal_code, goal.school_year
    )
        goal.goal_code,
        goal.school_year,
        {%- for column in scope %}
        goal.{{ column }},
        {%- endfor %}
        case when actual.value is not null then actual.school_year end as measured_year,
        actual.value,
        case when {{ tells_spread('actual') }} then actual.standard_error end as standard_error,
        actual.reason_code
    from goal
    inner join actual
        on
            {% for column in scope %}goal.{{ column }} = actual.{{ column }}
            and {% endfor %}actual.school_year between goal.baseline_year + 1 and goal.school_year
    order by
        {% for column in scope %}goal.{{ column }} asc,
        {% endfor %}goal.goal_code asc, goal.school_year asc, (actual.value is null) asc, actual.school_year desc

)

select
    {%- for column in ['goal_code', 'goal_name', 'school_year'] + scope + [
        'owner_role', 'baseline_year', 'baseline_value', 'target_year', 'target_value', 'direction'
    ] %}
    goal.{{ column }},
    {%- endfor %}
    coalesce(past.trajectory_value, goal.trajectory_value) as trajectory_value,
    latest.measured_year,
    -- A goal whose form does not fit its indicator, or that says no way, has nothing to be held against.
    case when goal.direction <> 0 and goal.target_value is not null and past.is_comparable then latest.value end as actual_value,
    latest.standard_error,
    case
        when goal.target_value is null or goal.direction = 0 then 'NOT_APPLICABLE'
        when latest.goal_code is null then 'MISSING_INPUT'
        when not past.is_comparable then 'NOT_COMPARABLE'
        else latest.reason_code
    end as reason_code
from goal
left join latest
    on
        {% for column in scope %}goal.{{ column }} = latest.{{ column }}
        and {% endfor %}goal.goal_code = latest.goal_code and goal.school_year = latest.school_year
-- A value of an earlier year is held against the trajectory of its own year.
left join goal as past
    on
        {% for column in scope %}goal.{{ column }} = past.{{ column }}
        and {% endfor %}goal.goal_code = past.goal_code and latest.measured_year = past.school_year
