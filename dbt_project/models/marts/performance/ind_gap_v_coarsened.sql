{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

fitted as (

    select * from {{ source('fitted', 'level_gap_fit') }}

),

contrast_level as (

    select
        paired.*,
        fitted.won_probability
    from {{ ref('int_level_contrast__paired') }} as paired
    left join fitted
        on
            paired.org_id = fitted.org_id
            and paired.school_year = fitted.school_year
            and paired.subject_code = fitted.subject_code
            and paired.grade_code = fitted.grade_code
            and paired.contrast_id = fitted.contrast_id

),

normal as (

    select
        *,
        {{ probit('won_probability') }} as normal_deviate,
        {{ won_probability_error('won_probability', 'reference_count', 'focal_count') }} as probability_error
    from contrast_level

),

gap as (

    select
        *,
        sqrt(2) * normal_deviate as gap_v,
        {{ gap_v_error('normal_deviate', 'probability_error') }} as error,
        greatest(
            reference_level_1_count + focal_level_1_count,
            reference_level_2_count + focal_level_2_count,
            reference_level_3_count + focal_level_3_count,
            reference_level_4_count + focal_level_4_count
        ) = reference_count + focal_count as is_one_level
    from normal

)

select
    {{ gap_row('gap_v_coarsened', 'gap_v', 'error', "case when is_one_level then 'NO_VARIATION' else 'SATURATED' end") }}
from gap
