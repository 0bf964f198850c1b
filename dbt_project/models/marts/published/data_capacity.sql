{%- set indicators = [
    'submission_timeliness', 'submission_days_late', 'submission_completeness', 'first_pass_acceptance', 'error_resolution',
    'error_recurrence', 'cross_file_consistency', 'data_staff_capacity'
] -%}
with

shown as (

    select
        org_id,
        school_year,
        facet as extract,
        {%- for indicator in indicators %}
        max(value) filter (where indicator_id = '{{ indicator }}') as {{ indicator }},
        {%- endfor %}
        string_agg(distinct reason_code, ' ' order by reason_code) as reason_codes
    from {{ ref('indicator_value') }}
    where indicator_id in ('{{ indicators | join("', '") }}')
    group by org_id, school_year, facet

),

coverage as (

    select * from {{ ref('int_coverage__counted') }}

),

tier as (

    select * from {{ ref('assistance_tier_restricted') }}

)

select
    coverage.org_id,
    coverage.school_year,
    coverage.extract,
    {%- for indicator in indicators %}
    shown.{{ indicator }},
    {%- endfor %}
    shown.reason_codes,
    cast(round(tier.score, 3) as numeric(18, 6)) as assistance_score,
    tier.tier as assistance_tier,
    tier.missing_components,
    cast(round(tier.tier_3_share, 3) as numeric(18, 6)) as tier_3_share,
    coverage.lea_expected_count,
    coverage.lea_reported_count,
    coverage.lea_carried_forward_count,
    coverage.lea_missing_count,
    coverage.row_count,
    weighed.row_coverage,
    weighed.dollar_coverage,
    coverage.vintage_date
from coverage
inner join {{ ref('dim_organisation') }} as organisation on coverage.org_id = organisation.org_id
left join shown
    on coverage.org_id = shown.org_id and coverage.school_year = shown.school_year and coverage.extract = shown.extract
left join {{ ref('int_coverage__weighed') }} as weighed
    on coverage.org_id = weighed.org_id and coverage.school_year = weighed.school_year and coverage.extract = weighed.extract
left join tier on coverage.org_id = tier.org_id and coverage.school_year = tier.school_year and coverage.extract = 'NONE'
