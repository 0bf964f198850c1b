-- Generated from expectations/extracts/staff_assignment.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_staff_assignment as (

    select * from {{ source('raw', 'staff_assignment') }}

)

select
    built_load.load_id,
    raw_staff_assignment.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_staff_assignment.lea_id,
    raw_staff_assignment.school_year,
    raw_staff_assignment.staff_pid,
    raw_staff_assignment.school_id,
    raw_staff_assignment.job_class_code,
    raw_staff_assignment.leadership_role_code,
    raw_staff_assignment.assignment_code,
    raw_staff_assignment.course_code,
    raw_staff_assignment.sced_course_code,
    raw_staff_assignment.subject_code,
    raw_staff_assignment.grade_low_code,
    raw_staff_assignment.grade_high_code,
    raw_staff_assignment.program_assignment_code,
    raw_staff_assignment.fte,
    raw_staff_assignment.federally_funded_fte,
    raw_staff_assignment.begin_date,
    raw_staff_assignment.end_date,
    raw_staff_assignment.is_teacher_of_record,
    raw_staff_assignment.section_count,
    raw_staff_assignment.student_count,
    raw_staff_assignment.minutes_per_week,
    raw_staff_assignment.instruction_language_code,
    raw_staff_assignment.in_field_code,
    raw_staff_assignment.waiver_code
from raw_staff_assignment
inner join built_load on raw_staff_assignment.load_id = built_load.load_id
left join quarantined_row
    on
        raw_staff_assignment.load_id = quarantined_row.load_id
        and raw_staff_assignment.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
