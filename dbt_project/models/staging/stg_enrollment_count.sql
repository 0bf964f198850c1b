-- Generated from expectations/extracts/enrollment_count.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_enrollment_count as (

    select * from {{ source('raw', 'enrollment_count') }}

)

select
    built_load.load_id,
    raw_enrollment_count.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_enrollment_count.school_id,
    raw_enrollment_count.school_year,
    raw_enrollment_count.census_date,
    raw_enrollment_count.grade_code,
    raw_enrollment_count.subgroup_dimension_code,
    raw_enrollment_count.subgroup_code,
    raw_enrollment_count.student_count
from raw_enrollment_count
inner join built_load on raw_enrollment_count.load_id = built_load.load_id
left join quarantined_row
    on
        raw_enrollment_count.load_id = quarantined_row.load_id
        and raw_enrollment_count.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
