with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'time_use' and window_rank = 1

)

select
    time_use.load_id,
    time_use.line_number,
    {{ leaf_org_id('time_use.lea_id') }} as org_id,
    time_use.lea_id,
    cast(time_use.school_year as integer) as school_year,
    time_use.time_kind_code,
    time_use.time_kind_code in ('professional_learning', 'coaching', 'collaboration') as is_of_staff,
    time_use.subject_code,
    time_use.participant_hours,
    time_use.participant_count,
    time_use.full_dose_count,
    coalesce(time_use.goal_code, 'UNTAGGED') as goal_code,
    time_use.product_id
from {{ ref('stg_time_use') }} as time_use
inner join load_ranked on time_use.load_id = load_ranked.load_id and time_use.lea_id = load_ranked.owner_org_id
left join organisation as lea on time_use.lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join organisation as school
    on time_use.school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
