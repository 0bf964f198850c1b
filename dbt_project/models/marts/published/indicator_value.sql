{{ config(materialized='incremental', touched_by='org_id', whole_state=true, rewrites_changes=true) }}
with

register as (

    select * from {{ ref('dim_indicator') }}
    -- What stays in the restricted mart has no row here.
    where mart_name = 'indicator_value'

),

-- Small cells and net negative amounts stay in the restricted mart: of a row with a reason, readers see the key and the reason,
-- and where use was not logged the bounds between which the value lies (indicators.md 4.3).
screened as (

    select
        *,
        reason_code is null as is_shown,
        coalesce(reason_code, 'USE_UNKNOWN') = 'USE_UNKNOWN' as has_bounds,
        case reason_code when 'SMALL_N' then '*' else reason_code end as published_reason_code
    from {{ ref('indicator_value_restricted') }}

)

select
    screened.indicator_id,
    screened.org_id,
    screened.school_year,
    screened.subject_code,
    screened.grade_code,
    screened.subgroup_code,
    screened.contrast_id,
    screened.facet,
    -- The only place that rounds; PostgreSQL rounds numeric half away from zero (indicators.md 0.12).
    {%- set measures = {
        'numerator': '2',
        'denominator': '2',
        'value': 'register.decimals',
        'standard_error': 'register.decimals + 1',
        'interval_low': 'register.decimals',
        'interval_high': 'register.decimals',
        'n': '2',
    } %}
    {%- for measure, decimals in measures.items() %}
    cast(
        case
            when screened.{{ 'has_bounds' if measure in ('interval_low', 'interval_high', 'n') else 'is_shown' }}
                {{- ' and ' ~ tells_spread('screened') if measure == 'standard_error' }}
                then round(screened.{{ measure }}, {{ decimals }})
        end as numeric(18, 6)
    ) as {{ measure }},
    {%- endfor %}
    screened.published_reason_code as reason_code,
    {{ coverage_columns() }}
from screened
inner join register on screened.indicator_id = register.indicator_id
{{ coverage_joins('screened', 'coalesce(register.coverage_extract, screened.facet)') }}
