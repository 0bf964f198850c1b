with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

resource as (

    select
        org_id,
        school_year,
        is_full_year,
        goal_code,
        'MONEY' as resource_code,
        discretionary_usd as amount
    from {{ ref('int_goal_money__tagged') }}
    union all
    select
        org_id,
        school_year,
        true as is_full_year,
        goal_code,
        'PEOPLE' as resource_code,
        fte as amount
    from {{ ref('int_goal_people__tagged') }}
    union all
    select
        org_id,
        school_year,
        true as is_full_year,
        goal_code,
        case when is_of_staff then 'STAFF_TIME' else 'STUDENT_TIME' end as resource_code,
        participant_hours as amount
    from {{ ref('int_time_use__placed') }}

)

select
    ancestry.ancestor_org_id as org_id,
    resource.school_year,
    resource.is_full_year,
    resource.resource_code,
    resource.goal_code,
    sum(resource.amount) as amount
from resource
inner join ancestry on resource.org_id = ancestry.org_id
group by
    ancestry.ancestor_org_id,
    resource.school_year,
    resource.is_full_year,
    resource.resource_code,
    resource.goal_code
