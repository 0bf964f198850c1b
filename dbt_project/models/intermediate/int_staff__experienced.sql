with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'staff' and window_rank = 1

),

staff as (

    select * from {{ ref('stg_staff') }}

)

-- Two LEAs may know of different years; the larger number is the one that somebody documented.
select
    left(staff.lea_id, 2) as state_code,
    staff.school_year,
    staff.staff_pid,
    max(staff.years_teaching_total) as years_teaching_total
from staff
inner join load_ranked on staff.load_id = load_ranked.load_id and staff.lea_id = load_ranked.owner_org_id
group by left(staff.lea_id, 2), staff.school_year, staff.staff_pid
