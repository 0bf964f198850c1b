-- Generated from expectations/extracts/assessment_result.yml by `make render`; do not edit.
with

pinned_load as (

    select * from {{ source('ops', 'pinned_load') }}
    where pin_id = {{ var('pin_id') }}

),

raw_assessment_result as (

    select * from {{ source('raw', 'assessment_result') }}

)

select
    pinned_load.load_id,
    raw_assessment_result.line_number,
    pinned_load.sender_id,
    pinned_load.school_year as submission_school_year,
    pinned_load.window_code as submission_window_code,
    raw_assessment_result.responsible_lea_id,
    raw_assessment_result.responsible_school_id,
    raw_assessment_result.testing_school_id,
    raw_assessment_result.school_year,
    raw_assessment_result.student_pid,
    raw_assessment_result.grade_enrolled_code,
    raw_assessment_result.grade_tested_code,
    raw_assessment_result.sex_code,
    raw_assessment_result.is_hispanic,
    raw_assessment_result.is_american_indian,
    raw_assessment_result.is_asian,
    raw_assessment_result.is_black,
    raw_assessment_result.is_pacific_islander,
    raw_assessment_result.is_white,
    raw_assessment_result.is_economically_disadvantaged,
    raw_assessment_result.is_english_learner,
    raw_assessment_result.is_first_year_english_learner,
    raw_assessment_result.is_student_with_disability,
    raw_assessment_result.is_gifted,
    raw_assessment_result.test_code,
    raw_assessment_result.subject_code,
    raw_assessment_result.assessment_type_code,
    raw_assessment_result.administration_code,
    raw_assessment_result.attempt_number,
    raw_assessment_result.participation_code,
    raw_assessment_result.reason_not_tested_code,
    raw_assessment_result.scale_score,
    raw_assessment_result.performance_level,
    raw_assessment_result.is_full_academic_year_school,
    raw_assessment_result.is_full_academic_year_lea,
    raw_assessment_result.is_full_academic_year_state
from raw_assessment_result
inner join pinned_load on raw_assessment_result.load_id = pinned_load.load_id
