{{ config(
    materialized='incremental', touched_by='org_id', extracts=['staff', 'staff_assignment'], indexes=[{'columns': ['org_id']}]
) }}
with

staff as (

    select * from {{ ref('int_staff__capped') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    staff.school_year,
    staff.job_class_code,
    sum(staff.fte) as fte,
    sum(staff.fte_cap) as fte_cap,
    coalesce(sum(staff.fte_cap) filter (where staff.is_inexperienced), 0) as inexperienced_fte,
    coalesce(sum(staff.fte_cap) filter (where staff.is_inexperienced is not null), 0) as known_experience_fte
from staff
inner join ancestry on staff.org_id = ancestry.org_id
where {{ is_touched('ancestry.ancestor_org_id', ['staff', 'staff_assignment']) }}
group by ancestry.ancestor_org_id, staff.school_year, staff.job_class_code
