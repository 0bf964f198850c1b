with

position as (

    select * from {{ ref('int_position__funded') }}

),

grant_goal as (

    select * from {{ ref('int_grant_goal__weighted') }}

)

select
    position.org_id,
    position.school_year,
    coalesce(grant_goal.goal_code, 'UNTAGGED') as goal_code,
    sum(position.fte * coalesce(grant_goal.weight, 1)) as fte
from position
left join grant_goal on position.lea_id = grant_goal.lea_id and position.project_code = grant_goal.grant_code
group by position.org_id, position.school_year, coalesce(grant_goal.goal_code, 'UNTAGGED')
