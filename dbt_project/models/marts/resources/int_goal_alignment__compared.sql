with

resource as (

    select * from {{ ref('int_goal_resource__shared') }}

),

need as (

    select * from {{ ref('int_goal_need__shared') }}

)

-- Every goal that gets money or needs it, and what serves no goal.
select
    coalesce(resource.org_id, need.org_id) as org_id,
    coalesce(resource.school_year, need.school_year) as school_year,
    coalesce(resource.goal_code, need.goal_code) as goal_code,
    resource.money,
    resource.money_share,
    resource.people,
    resource.people_share,
    resource.staff_time,
    resource.staff_time_share,
    resource.student_time,
    resource.student_time_share,
    need.need,
    need.need_share,
    need.is_need_withheld
from resource
full outer join need
    on resource.org_id = need.org_id and resource.school_year = need.school_year and resource.goal_code = need.goal_code
