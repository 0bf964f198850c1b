-- Generated from expectations/extracts/assessment_registry.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_assessment_registry as (

    select * from {{ source('raw', 'assessment_registry') }}

)

select
    built_load.load_id,
    raw_assessment_registry.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_assessment_registry.school_year,
    raw_assessment_registry.test_code,
    raw_assessment_registry.test_name,
    raw_assessment_registry.subject_code,
    raw_assessment_registry.grade_code,
    raw_assessment_registry.administration_code,
    raw_assessment_registry.assessment_type_code,
    raw_assessment_registry.minimum_score,
    raw_assessment_registry.maximum_score,
    raw_assessment_registry.score_step,
    raw_assessment_registry.cut_score_level_2,
    raw_assessment_registry.cut_score_level_3,
    raw_assessment_registry.cut_score_level_4,
    raw_assessment_registry.cut_score_level_5,
    raw_assessment_registry.score_standard_error,
    raw_assessment_registry.is_standard_setting_break,
    raw_assessment_registry.administration_begin_date,
    raw_assessment_registry.administration_end_date,
    raw_assessment_registry.allowed_accommodation_codes
from raw_assessment_registry
inner join built_load on raw_assessment_registry.load_id = built_load.load_id
left join quarantined_row
    on
        raw_assessment_registry.load_id = quarantined_row.load_id
        and raw_assessment_registry.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
