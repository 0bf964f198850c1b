{{ config(
    materialized='view', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], compares_with_state=true
) }}
with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

reference as (

    select * from {{ ref('int_score_reference__chosen') }}
    where reference_code = 'SAME_YEAR'

),

-- The smaller group decides whether there is a gap to show; it has to reach the state's minimum.
gap as (

    select
        paired.*,
        least(paired.reference_count, paired.focal_count) as smaller_count,
        coalesce(least(paired.reference_count, paired.focal_count) >= state.minimum_n_gap, false) as is_large_enough,
        reference.standard_deviation as state_standard_deviation,
        coalesce(scale.is_one_scale, true) as is_one_scale
    from {{ ref('int_score_contrast__paired') }} as paired
    left join state on paired.state_code = state.state_code
    left join reference
        on
            paired.state_code = reference.state_code
            and paired.school_year = reference.school_year
            and paired.subject_code = reference.subject_code
            and paired.grade_code = reference.grade_code
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            paired.state_code = scale.state_code
            and paired.school_year = scale.school_year
            and paired.subject_code = scale.subject_code
            and paired.grade_code = scale.grade_code

),

-- The state's spread is the same for every LEA; the LEA's own would hide that its students are alike (indicators.md 1.6).
standardised as (

    select
        *,
        case when is_large_enough then mean_difference / state_standard_deviation end as gap,
        case
            when is_large_enough
                then sqrt(pooled_variance * (reference_count + focal_count) / nullif(reference_count * focal_count, 0))
                    / state_standard_deviation
        end as error
    from gap

)

select
    {{ gap_row(
        'gap_state_sd', 'gap', 'error', "'NO_VARIATION'", "case when is_one_scale then 'NO_STUDENTS' else 'NOT_COMPARABLE' end"
    ) }}
from standardised
