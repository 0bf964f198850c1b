with

based as (

    select * from {{ ref('int_teacher__based') }}

),

next_place as (

    select
        based.state_code,
        based.staff_pid,
        based.school_year,
        bool_or(october.org_id = based.staying_org_id) as is_in_school,
        bool_or(october.lea_id = based.staying_lea_id) as is_in_lea
    from based
    inner join {{ ref('int_teacher__october') }} as october
        on
            based.state_code = october.state_code
            and based.following_year = october.school_year
            and based.staff_pid = october.staff_pid
    group by based.state_code, based.staff_pid, based.school_year

),

separated as (

    select * from {{ ref('int_staff__separated') }}

)

select
    based.org_id,
    based.following_year as school_year,
    based.staff_pid,
    case
        when based.is_closed and based.staying_org_id is null then 'SCHOOL_CLOSED'
        when next_place.is_in_school or absent.is_on_leave then 'STAYED'
        when next_place.is_in_lea then 'MOVED_IN_LEA'
        when next_place.staff_pid is not null then 'MOVED_TO_LEA'
        else 'LEFT'
    end as outcome_code,
    next_place.staff_pid is null and coalesce(retired.is_retired or absent.is_retired, false) as is_retired
from based
left join next_place
    on
        based.state_code = next_place.state_code
        and based.staff_pid = next_place.staff_pid
        and based.school_year = next_place.school_year
left join separated as absent
    on
        based.staying_lea_id = absent.lea_id
        and based.following_year = absent.school_year
        and based.staff_pid = absent.staff_pid
left join separated as retired
    on
        based.lea_id = retired.lea_id
        and based.school_year = retired.school_year
        and based.staff_pid = retired.staff_pid
