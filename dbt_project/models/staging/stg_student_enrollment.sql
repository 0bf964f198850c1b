-- Generated from expectations/extracts/student_enrollment.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_student_enrollment as (

    select * from {{ source('raw', 'student_enrollment') }}

)

select
    built_load.load_id,
    raw_student_enrollment.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_student_enrollment.lea_id,
    raw_student_enrollment.school_year,
    raw_student_enrollment.school_id,
    raw_student_enrollment.student_pid,
    raw_student_enrollment.grade_code,
    raw_student_enrollment.sex_code,
    raw_student_enrollment.is_hispanic,
    raw_student_enrollment.is_american_indian,
    raw_student_enrollment.is_asian,
    raw_student_enrollment.is_black,
    raw_student_enrollment.is_pacific_islander,
    raw_student_enrollment.is_white,
    raw_student_enrollment.entry_date,
    raw_student_enrollment.entry_type_code,
    raw_student_enrollment.exit_date,
    raw_student_enrollment.exit_type_code,
    raw_student_enrollment.is_primary_school,
    raw_student_enrollment.enrollment_fte,
    raw_student_enrollment.is_economically_disadvantaged,
    raw_student_enrollment.is_directly_certified,
    raw_student_enrollment.is_english_learner,
    raw_student_enrollment.is_first_year_english_learner,
    raw_student_enrollment.is_monitored_former_english_learner,
    raw_student_enrollment.first_entry_us_school_date,
    raw_student_enrollment.is_student_with_disability,
    raw_student_enrollment.primary_disability_code,
    raw_student_enrollment.has_section_504_plan,
    raw_student_enrollment.is_migrant,
    raw_student_enrollment.is_homeless,
    raw_student_enrollment.is_in_foster_care,
    raw_student_enrollment.is_military_connected,
    raw_student_enrollment.is_gifted,
    raw_student_enrollment.is_title_i
from raw_student_enrollment
inner join built_load on raw_student_enrollment.load_id = built_load.load_id
left join quarantined_row
    on
        raw_student_enrollment.load_id = quarantined_row.load_id
        and raw_student_enrollment.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
