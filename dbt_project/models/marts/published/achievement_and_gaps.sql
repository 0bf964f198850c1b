{{ config(materialized='incremental', touched_by='org_id', compares_with_state=true, rewrites_changes=true) }}
{%- set indicators = [
    'participation', 'proficiency', 'proficiency_accountability', 'mean_scale_score', 'mean_score_z', 'gap_percentage_point',
    'gap_state_sd', 'gap_g', 'gap_v', 'gap_v_coarsened', 'gap_trend'
] -%}
with

-- The protected values, so that nothing is shown here that is withheld there.
shown as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_code,
        contrast_id,
        {%- for indicator in indicators %}
        max(value) filter (where indicator_id = '{{ indicator }}') as {{ indicator }},
        max(reason_code) filter (where indicator_id = '{{ indicator }}') as {{ indicator }}_reason_code,
        {%- endfor %}
        max(interval_low) filter (where indicator_id = 'proficiency') as proficiency_interval_low,
        max(interval_high) filter (where indicator_id = 'proficiency') as proficiency_interval_high,
        -- Of the students, not of the share as it is shown: 94.96 % is shown as .950 and is below 95 %.
        bool_or(numerator < {{ var('minimum_participation') }} * denominator) filter (where indicator_id = 'participation')
            as is_participation_too_low,
        string_agg(distinct reason_code, ' ' order by reason_code) as reason_codes
    from {{ ref('indicator_value') }}
    where
        indicator_id in ('{{ indicators | join("', '") }}')
        -- Of the two yardsticks that of the year, of the two trends that of the gap in standard deviations.
        and facet in ('NONE', 'SAME_YEAR', 'gap_g')
    group by org_id, school_year, subject_code, grade_code, subgroup_code, contrast_id

),

trend as (

    select * from {{ ref('int_gap_trend__fitted') }}
    where measure_code = 'gap_g'

)

select
    {%- for column in ['org_id', 'school_year', 'subject_code', 'grade_code', 'subgroup_code', 'contrast_id'] %}
    shown.{{ column }},
    {%- endfor %}
    {%- for indicator in indicators[:2] + ['proficiency_interval_low', 'proficiency_interval_high'] + indicators[2:] %}
    shown.{{ indicator }},
    {%- endfor %}
    shown.is_participation_too_low,
    -- No row of the measure: it is not taken there, of all grades as of a pair of groups or the other way round.
    {%- for indicator in indicators %}
    case
        when shown.{{ indicator }} is null then coalesce(shown.{{ indicator }}_reason_code, 'NOT_APPLICABLE')
    end as {{ indicator }}_reason_code,
    {%- endfor %}
    case when shown.gap_trend is not null then trend.verdict end as gap_verdict,
    cast(case when shown.gap_trend is not null then round(trend.closure_rate, 3) end as numeric(18, 6)) as gap_closure_rate,
    case
        when shown.gap_trend is null then coalesce(shown.gap_trend_reason_code, 'NOT_APPLICABLE')
        when trend.closure_rate is null then 'NO_VARIATION'
    end as gap_closure_rate_reason_code,
    case when shown.gap_trend is not null then trend.is_closing_by_decline end as is_closing_by_decline,
    shown.reason_codes,
    {{ coverage_columns() }}
from shown
left join trend
    on
        shown.org_id = trend.org_id
        and shown.school_year = trend.school_year
        and shown.subject_code = trend.subject_code
        and shown.grade_code = trend.grade_code
        and shown.contrast_id = trend.contrast_id
{{ coverage_joins('shown', "'assessment_result'") }}
