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
    max(staff.years_teaching_total) as years_teaching_total,
    -- Of the latest evaluated year; of two ratings of one year, the lower.
    (
        array_agg(
            staff.effectiveness_rating_code
            order by staff.effectiveness_year desc nulls last, staff.effectiveness_rating_code asc
        )
        filter (where staff.effectiveness_rating_code in ('1', '2', '3', '4'))
    )[1] as effectiveness_rating_code,
    bool_or(staff.is_certificated) as is_certificated,
    bool_and(staff.employment_status_code = 'substitute') as is_substitute
from staff
inner join load_ranked on staff.load_id = load_ranked.load_id and staff.lea_id = load_ranked.owner_org_id
group by left(staff.lea_id, 2), staff.school_year, staff.staff_pid
