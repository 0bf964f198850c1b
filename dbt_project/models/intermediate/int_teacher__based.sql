with

october as (

    select * from {{ ref('int_teacher__october') }}
    where is_main

),

organisation as (

    select
        org_id,
        close_date,
        successor_org_id
    from {{ ref('int_organisation__placed') }}

),

reported as (

    select distinct
        owner_org_id as lea_id,
        school_year
    from {{ ref('int_load__ranked') }}
    where extract = 'staff_assignment' and window_rank = 1

),

placed as (

    select
        october.*,
        october.school_year + 1 as following_year,
        -- Closed by the next October: what became of the school is where one stays.
        coalesce(school.close_date < make_date(october.school_year, 10, 1), false) as is_closed,
        case
            when school.close_date < make_date(october.school_year, 10, 1) then school.successor_org_id
            else october.org_id
        end as staying_org_id,
        case
            when lea.close_date < make_date(october.school_year, 10, 1) then coalesce(lea.successor_org_id, october.lea_id)
            else october.lea_id
        end as staying_lea_id
    from october
    left join organisation as school on october.org_id = school.org_id
    left join organisation as lea on october.lea_id = lea.org_id

)

-- Of an LEA that did not report the next October nobody knows who stayed.
select placed.*
from placed
inner join reported on placed.staying_lea_id = reported.lea_id and placed.following_year = reported.school_year
