{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result'], indexes=[{'columns': ['org_id']}]
) }}
with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

-- The smaller group decides whether there is a gap to show; it has to reach both minima of the state.
contrast_score as (

    select
        paired.*,
        least(paired.reference_count, paired.focal_count) as smaller_count,
        coalesce(
            least(paired.reference_count, paired.focal_count) >= greatest(state.minimum_n_gap, state.minimum_n), false
        ) as is_large_enough
    from {{ ref('int_score_contrast__paired') }} as paired
    left join state on paired.state_code = state.state_code

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
    'gap_g' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    'ALL' as subgroup_code,
    contrast_id,
    'NONE' as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(hedges_g as numeric(18, 6)) as value,
    cast(error as numeric(18, 6)) as standard_error,
    cast(hedges_g - {{ var('z_interval') }} * error as numeric(18, 6)) as interval_low,
    cast(hedges_g + {{ var('z_interval') }} * error as numeric(18, 6)) as interval_high,
    cast(smaller_count as numeric(18, 6)) as n,
    case
        when smaller_count = 0 then 'NO_STUDENTS'
        when not is_large_enough then 'SMALL_N'
        when hedges_g is null then 'NO_VARIATION'
    end as reason_code
from gap
