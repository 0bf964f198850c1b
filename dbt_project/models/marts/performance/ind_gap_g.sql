{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

-- The smaller group decides whether there is a gap to show; it has to reach the state's minimum.
contrast_score as (

    select
        paired.*,
        least(paired.reference_count, paired.focal_count) as smaller_count,
        coalesce(least(paired.reference_count, paired.focal_count) >= state.minimum_n_gap, false) as is_large_enough,
        coalesce(scale.is_one_scale, true) as is_one_scale
    from {{ ref('int_score_contrast__paired') }} as paired
    left join state on paired.state_code = state.state_code
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            paired.state_code = scale.state_code
            and paired.school_year = scale.school_year
            and paired.subject_code = scale.subject_code
            and paired.grade_code = scale.grade_code

),

-- Double precision from here on; the sums so far are exact. Groups below the minimum leave everything NULL.
standardised as (

    select
        *,
        cast(reference_count + focal_count as double precision) as total_count,
        case when is_large_enough then cast(mean_difference as double precision) end
        / nullif(sqrt(cast(pooled_variance as double precision)), 0) as cohen_d,
        1 - 3 / (4 * cast(nullif(reference_count + focal_count - 2, 0) as double precision) - 1) as bias_correction
    from contrast_score

),

-- Hedges 1981: J takes the bias of few students out of d (indicators.md 1.6).
gap as (

    select
        *,
        bias_correction * cohen_d as hedges_g,
        bias_correction * sqrt(
            total_count / nullif(reference_count * focal_count, 0) + cohen_d ^ 2 / nullif(2 * total_count, 0)
        ) as error
    from standardised

)

select
    {{ gap_row(
        'gap_g', 'hedges_g', 'error', "'NO_VARIATION'", "case when is_one_scale then 'NO_STUDENTS' else 'NOT_COMPARABLE' end"
    ) }}
from gap
