{#- Why a measure has no row: nothing has fallen due, nobody sent what has, no error was found, or it is of all extracts. -#}
{%- set nothing_sent = "case when shown.submission_timeliness is null then 'NOT_APPLICABLE' else 'MISSING_INPUT' end" -%}
{%- set of_all_extracts = "case coverage.extract when 'NONE' then 'MISSING_INPUT' else 'NOT_APPLICABLE' end" -%}
{%- set nothing_before = "case coverage.lea_expected_count when 0 then 'NOT_APPLICABLE' else 'MISSING_INPUT' end" -%}
{%- set indicators = {
    'submission_timeliness': "'NOT_APPLICABLE'",
    'submission_days_late': "'NOT_APPLICABLE'",
    'submission_completeness': nothing_sent, 'school_coverage': "'NOT_APPLICABLE'",
    'first_pass_acceptance': "'NOT_APPLICABLE'",
    'error_resolution': "'NOT_APPLICABLE'",
    'error_recurrence': "'NOT_APPLICABLE'",
    'cross_file_consistency': of_all_extracts, 'data_staff_capacity': of_all_extracts,
} -%}
with

shown as (

    select
        org_id,
        school_year,
        facet as extract,
        {%- for indicator in indicators %}
        max(value) filter (where indicator_id = '{{ indicator }}') as {{ indicator }},
        max(reason_code) filter (where indicator_id = '{{ indicator }}') as {{ indicator }}_reason_code,
        {%- endfor %}
        string_agg(distinct reason_code, ' ' order by reason_code) as reason_codes
    from {{ ref('indicator_value') }}
    where indicator_id in ('{{ indicators | join("', '") }}')
    group by org_id, school_year, facet

),

coverage as (

    select * from {{ ref('int_coverage__counted') }}

)

select
    coverage.org_id,
    coverage.school_year,
    coverage.extract,
    {%- for indicator, absent in indicators.items() %}
    shown.{{ indicator }},
    case when shown.{{ indicator }} is null then coalesce(shown.{{ indicator }}_reason_code, {{ absent }}) end
        as {{ indicator }}_reason_code,
    {%- endfor %}
    shown.reason_codes,
    cast(round(tier.score, 3) as numeric(18, 6)) as assistance_score,
    tier.tier as assistance_tier,
    case
        when tier.score is not null then null
        when organisation.org_type_code = 'LEA' then {{ of_all_extracts }}
        else 'NOT_APPLICABLE'
    end as assistance_score_reason_code,
    tier.missing_components,
    cast(round(tier.tier_3_share, 3) as numeric(18, 6)) as tier_3_share,
    case when tier.tier_3_share is null then {{ of_all_extracts }} end as tier_3_share_reason_code,
    coverage.lea_expected_count,
    coverage.lea_reported_count,
    coverage.lea_carried_forward_count,
    coverage.lea_missing_count,
    coverage.row_count,
    weighed.row_coverage,
    case when weighed.row_coverage is null then {{ nothing_before }} end as row_coverage_reason_code,
    weighed.dollar_coverage,
    case
        when weighed.dollar_coverage is not null then null
        when coverage.extract not in ('finance_ledger', 'NONE') then 'NOT_APPLICABLE'
        else coalesce(weighed.dollar_coverage_reason_code, {{ nothing_before }})
    end as dollar_coverage_reason_code,
    coverage.vintage_date
from coverage
inner join {{ ref('dim_organisation') }} as organisation on coverage.org_id = organisation.org_id
left join shown
    on coverage.org_id = shown.org_id and coverage.school_year = shown.school_year and coverage.extract = shown.extract
left join {{ ref('int_coverage__weighed') }} as weighed
    on coverage.org_id = weighed.org_id and coverage.school_year = weighed.school_year and coverage.extract = weighed.extract
left join {{ ref('assistance_tier_restricted') }} as tier
    on coverage.org_id = tier.org_id and coverage.school_year = tier.school_year and coverage.extract = 'NONE'
