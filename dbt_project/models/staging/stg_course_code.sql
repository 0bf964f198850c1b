-- Generated from expectations/extracts/course_code.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_course_code as (

    select * from {{ source('raw', 'course_code') }}

)

select
    built_load.load_id,
    raw_course_code.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_course_code.course_code,
    raw_course_code.course_name,
    raw_course_code.sced_course_code,
    raw_course_code.sced_level_code,
    raw_course_code.subject_code,
    raw_course_code.grade_low_code,
    raw_course_code.grade_high_code,
    raw_course_code.first_year,
    raw_course_code.last_year
from raw_course_code
inner join built_load on raw_course_code.load_id = built_load.load_id
left join quarantined_row
    on
        raw_course_code.load_id = quarantined_row.load_id
        and raw_course_code.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
