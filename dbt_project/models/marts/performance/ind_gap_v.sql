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

),

-- Where the regular tests of a grade have several scales, nobody's score can be held against another's.
unscaled as (

    select paired.*
    from {{ ref('int_score_contrast__paired') }} as paired
    inner join {{ ref('int_organisation__placed') }} as organisation
        on paired.org_id = organisation.org_id and organisation.org_type_code in ('SEA', 'REGION', 'LEA')
    inner join {{ ref('dim_assessment_scale') }} as scale
        on
            paired.state_code = scale.state_code
            and paired.school_year = scale.school_year
            and paired.subject_code = scale.subject_code
            and paired.grade_code = scale.grade_code
    where not scale.is_one_scale

)

select
    {{ gap_row('gap_v', 'gap_v', 'error', "'SATURATED'") }}
from gap
union all
select
    {{ indicator_row(
        'gap_v', value='null', n='least(reference_count, focal_count)', reason_code="'NOT_COMPARABLE'",
        subject_code='subject_code', grade_code='grade_code', contrast_id='contrast_id'
    ) }}
from unscaled
