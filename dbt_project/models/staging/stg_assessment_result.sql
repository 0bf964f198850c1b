-- Generated from expectations/extracts/assessment_result.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_assessment_result as (

    select * from {{ source('raw', 'assessment_result') }}

)

select
    built_load.load_id,
    raw_assessment_result.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_assessment_result.responsible_lea_id,
    raw_assessment_result.responsible_school_id,
    raw_assessment_result.testing_lea_id,
    raw_assessment_result.testing_school_id,
    raw_assessment_result.school_year,
    raw_assessment_result.student_pid,
    raw_assessment_result.vendor_record_id,
    raw_assessment_result.grade_enrolled_code,
    raw_assessment_result.grade_tested_code,
    raw_assessment_result.sex_code,
    raw_assessment_result.is_hispanic,
    raw_assessment_result.is_american_indian,
    raw_assessment_result.is_asian,
    raw_assessment_result.is_black,
    raw_assessment_result.is_pacific_islander,
    raw_assessment_result.is_white,
    raw_assessment_result.federal_race_code,
    raw_assessment_result.is_economically_disadvantaged,
    raw_assessment_result.is_english_learner,
    raw_assessment_result.is_first_year_english_learner,
    raw_assessment_result.english_learner_years,
    raw_assessment_result.is_monitored_former_english_learner,
    raw_assessment_result.is_student_with_disability,
    raw_assessment_result.primary_disability_code,
    raw_assessment_result.has_section_504_plan,
    raw_assessment_result.is_migrant,
    raw_assessment_result.is_homeless,
    raw_assessment_result.is_in_foster_care,
    raw_assessment_result.is_military_connected,
    raw_assessment_result.is_title_i,
    raw_assessment_result.is_gifted,
    raw_assessment_result.test_code,
    raw_assessment_result.subject_code,
    raw_assessment_result.assessment_type_code,
    raw_assessment_result.administration_code,
    raw_assessment_result.attempt_number,
    raw_assessment_result.is_retest,
    raw_assessment_result.test_form,
    raw_assessment_result.test_mode_code,
    raw_assessment_result.test_language_code,
    raw_assessment_result.test_begin_date,
    raw_assessment_result.test_end_date,
    raw_assessment_result.is_registered,
    raw_assessment_result.is_attempted,
    raw_assessment_result.items_attempted,
    raw_assessment_result.test_status,
    raw_assessment_result.participation_code,
    raw_assessment_result.reason_not_tested_code,
    raw_assessment_result.void_code,
    raw_assessment_result.void_reason,
    raw_assessment_result.is_invalidated_by_calculation,
    raw_assessment_result.suppression_code,
    raw_assessment_result.suppression_action,
    raw_assessment_result.raw_score,
    raw_assessment_result.scale_score,
    raw_assessment_result.score_standard_error,
    raw_assessment_result.performance_level,
    raw_assessment_result.percentile_rank,
    raw_assessment_result.subscores,
    raw_assessment_result.growth_percentile,
    raw_assessment_result.growth_target_score,
    raw_assessment_result.accommodation_codes,
    raw_assessment_result.has_unique_accommodation,
    raw_assessment_result.has_extended_time,
    raw_assessment_result.is_full_academic_year_school,
    raw_assessment_result.is_full_academic_year_lea,
    raw_assessment_result.is_full_academic_year_state,
    raw_assessment_result.is_continuously_enrolled_school,
    raw_assessment_result.is_continuously_enrolled_lea,
    raw_assessment_result.is_included_school,
    raw_assessment_result.is_included_lea,
    raw_assessment_result.is_included_state
from raw_assessment_result
inner join built_load on raw_assessment_result.load_id = built_load.load_id
left join quarantined_row
    on
        raw_assessment_result.load_id = quarantined_row.load_id
        and raw_assessment_result.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
