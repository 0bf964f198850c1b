with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'staff' and window_rank = 1

)

select
    staff.lea_id,
    cast(staff.school_year as integer) as school_year,
    staff.staff_pid,
    bool_or(coalesce(staff.non_assigned_reason_code in ('leave', 'sabbatical', 'military'), false)) as is_on_leave,
    bool_or(coalesce(staff.separation_reason_code = 'retirement', false)) as is_retired
from {{ ref('stg_staff') }} as staff
inner join load_ranked on staff.load_id = load_ranked.load_id and staff.lea_id = load_ranked.owner_org_id
where staff.staff_pid is not null
group by staff.lea_id, staff.school_year, staff.staff_pid
