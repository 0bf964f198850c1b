with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where not is_of_lea

),

-- The goals in force are those of the newest file; a goal that it leaves out is dropped.
newest as (

    select distinct on (owner_org_id)
        load_id,
        owner_org_id
    from load_ranked
    where extract = 'goal_target' and window_rank = 1
    order by owner_org_id asc, school_year desc

),

-- Goals are followed up to the last year that the SEA itself has sent anything about.
last_year as (

    select
        owner_org_id as state_code,
        max(school_year) as school_year
    from load_ranked
    group by owner_org_id

),

goal as (

    select
        target.*,
        last_year.school_year as last_school_year,
        {{ target_value('target', 'register') }} as target_told
    from {{ ref('stg_goal_target') }} as target
    inner join newest on target.load_id = newest.load_id and left(target.org_id, 2) = newest.owner_org_id
    inner join last_year on newest.owner_org_id = last_year.state_code
    left join {{ ref('indicator_register') }} as register on target.indicator_id = register.indicator_id

)

select
    goal.goal_code,
    goal.goal_name,
    goal.indicator_id,
    goal.org_id,
    cast(followed.school_year as integer) as school_year,
    goal.subject_code,
    goal.grade_code,
    goal.subgroup_code,
    goal.contrast_id,
    goal.owner_role,
    cast(goal.baseline_year as integer) as baseline_year,
    goal.baseline_value,
    cast(goal.target_year as integer) as target_year,
    goal.target_told as target_value,
    -- From the target year on, the target is to be held (indicators.md 1.10).
    {{ trajectory_value(
        'goal.trajectory_code', 'goal.baseline_value', 'goal.target_told',
        '((least(followed.school_year, goal.target_year) - goal.baseline_year)'
        ~ ' / cast(goal.target_year - goal.baseline_year as numeric))'
    ) }} as trajectory_value,
    {{ is_comparable('goal.indicator_id', 'scale', 'baseline_scale') }} as is_comparable
from goal
cross join lateral generate_series(goal.baseline_year + 1, goal.last_school_year) as followed (school_year)
{%- for scale, year in [('scale', 'followed.school_year'), ('baseline_scale', 'goal.baseline_year')] %}
left join {{ ref('dim_assessment_scale') }} as {{ scale }}
    on
        left(goal.org_id, 2) = {{ scale }}.state_code
        and {{ year }} = {{ scale }}.school_year
        and goal.subject_code = {{ scale }}.subject_code
        and goal.grade_code = {{ scale }}.grade_code
{%- endfor %}
