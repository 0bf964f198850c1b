-- Generated from expectations/extracts/staff_vacancy.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_staff_vacancy as (

    select * from {{ source('raw', 'staff_vacancy') }}

)

select
    built_load.load_id,
    raw_staff_vacancy.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_staff_vacancy.lea_id,
    raw_staff_vacancy.school_year,
    raw_staff_vacancy.census_date,
    raw_staff_vacancy.requisition_id,
    raw_staff_vacancy.school_id,
    raw_staff_vacancy.job_class_code,
    raw_staff_vacancy.assignment_code,
    raw_staff_vacancy.subject_code,
    raw_staff_vacancy.grade_low_code,
    raw_staff_vacancy.grade_high_code,
    raw_staff_vacancy.program_assignment_code,
    raw_staff_vacancy.fte,
    raw_staff_vacancy.posted_date,
    raw_staff_vacancy.filled_date,
    raw_staff_vacancy.removed_date,
    raw_staff_vacancy.posting_result_code,
    raw_staff_vacancy.covered_by_code
from raw_staff_vacancy
inner join built_load on raw_staff_vacancy.load_id = built_load.load_id
left join quarantined_row
    on
        raw_staff_vacancy.load_id = quarantined_row.load_id
        and raw_staff_vacancy.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
