{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

-- V of small groups is kept with its reason; so is the trend through it. The state's minimum holds as for the gaps.
trend as (

    select
        fitted.*,
        coalesce(fitted.n >= state.minimum_n_gap, false) as is_large_enough
    from {{ ref('int_gap_trend__fitted') }} as fitted
    left join state on left(fitted.org_id, 2) = state.state_code

)

select
    'gap_trend' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    'ALL' as subgroup_code,
    contrast_id,
    measure_code as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    slope as value,
    slope_standard_error as standard_error,
    cast(slope - {{ var('z_interval') }} * slope_standard_error as numeric(18, 6)) as interval_low,
    cast(slope + {{ var('z_interval') }} * slope_standard_error as numeric(18, 6)) as interval_high,
    n,
    case
        when slope is null then 'NOT_COMPARABLE'
        when not is_large_enough then 'SMALL_N'
    end as reason_code
from trend
