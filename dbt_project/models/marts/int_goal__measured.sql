with

goal as (

    select * from {{ ref('int_goal__projected') }}

),

register as (

    select
        indicator_id,
        case direction_code when 'higher' then 1 when 'lower' then -1 end as direction
    from {{ ref('dim_indicator') }}

),

actual as (

    select * from {{ ref('indicator_value_restricted') }}
    where facet = 'NONE'

)

select
    goal.*,
    -- Where neither way is better in itself, the target says which way is meant.
    coalesce(register.direction, cast(sign(goal.target_value - goal.baseline_value) as integer)) as direction,
    actual.value as actual_value,
    actual.standard_error,
    case when actual.org_id is null then 'MISSING_INPUT' else actual.reason_code end as reason_code
from goal
left join register on goal.indicator_id = register.indicator_id
left join actual
    on
        goal.indicator_id = actual.indicator_id
        and goal.org_id = actual.org_id
        and goal.school_year = actual.school_year
        and goal.subject_code = actual.subject_code
        and goal.grade_code = actual.grade_code
        and goal.subgroup_code = actual.subgroup_code
        and goal.contrast_id = actual.contrast_id
