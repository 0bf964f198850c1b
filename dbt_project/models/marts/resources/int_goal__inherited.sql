with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

)

-- A goal of the state is a goal of its regions and LEAs, unless they have a target of their own for it.
select distinct on (
    organisation.org_id, goal.school_year, goal.goal_code, goal.indicator_id, goal.subject_code, goal.grade_code,
    goal.subgroup_code, goal.contrast_id
)
    organisation.org_id,
    goal.school_year,
    goal.goal_code,
    goal.indicator_id,
    goal.subject_code,
    goal.grade_code,
    goal.subgroup_code,
    goal.contrast_id,
    goal.baseline_value,
    goal.target_value,
    goal.is_comparable
from {{ ref('int_goal__projected') }} as goal
inner join organisation on goal.org_id in (organisation.org_id, organisation.state_code)
order by
    organisation.org_id, goal.school_year, goal.goal_code, goal.indicator_id, goal.subject_code, goal.grade_code,
    goal.subgroup_code, goal.contrast_id, length(goal.org_id) desc
