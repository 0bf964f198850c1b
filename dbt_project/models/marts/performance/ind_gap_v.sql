{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

contrast_rank as (

    select
        ranked.*,
        least(ranked.reference_count, ranked.focal_count) as smaller_count,
        coalesce(least(ranked.reference_count, ranked.focal_count) >= state.minimum_n_gap, false) as is_large_enough,
        cast(ranked.won_pair_count as double precision) / nullif(ranked.pair_count, 0) as won_probability
    from {{ ref('int_score_contrast__ranked') }} as ranked
    left join state on left(ranked.org_id, 2) = state.state_code

),

normal as (

    select
        *,
        {{ probit('won_probability') }} as normal_deviate,
        {{ won_probability_error('won_probability', 'reference_count', 'focal_count') }} as probability_error
    from contrast_rank

),

gap as (

    select
        *,
        sqrt(2) * normal_deviate as gap_v,
        {{ gap_v_error('normal_deviate', 'probability_error') }} as error
    from normal

)

select
    {{ gap_row('gap_v', 'gap_v', 'error', "'SATURATED'") }}
from gap
