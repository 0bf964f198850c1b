with

register as (

    select * from {{ ref('dim_indicator') }}

),

-- What follows from a withheld value is withheld with it: each could be solved for the value (indicators.md 9.3, rule 7).
screened as (

    select
        *,
        reason_code is null as is_shown,
        case reason_code when 'SMALL_N' then '*' else reason_code end as published_reason_code
    from {{ ref('goal_status_restricted') }}

)

select
    screened.goal_code,
    screened.goal_name,
    screened.indicator_id,
    screened.org_id,
    screened.school_year,
    screened.subject_code,
    screened.grade_code,
    screened.subgroup_code,
    screened.contrast_id,
    screened.owner_role,
    screened.baseline_year,
    screened.baseline_value,
    screened.target_year,
    screened.target_value,
    screened.trajectory_value,
    screened.measured_year,
    screened.is_stale,
    {%- set measures = {
        'actual_value': 'coalesce(register.decimals, 3)',
        'progress_ratio': '3',
        'required_annual_progress': 'coalesce(register.decimals, 3)',
        'z_score': '2',
        'on_track_probability': '3',
    } %}
    {%- for measure, decimals in measures.items() %}
    cast(
        case when screened.is_shown then round(screened.{{ measure }}, {{ decimals }}) end as numeric(18, 6)
    ) as {{ measure }},
    {%- endfor %}
    {%- for measure in ['status_code', 'is_on_track', 'is_within_noise'] %}
    case when screened.is_shown then screened.{{ measure }} end as {{ measure }},
    {%- endfor %}
    screened.published_reason_code as reason_code,
    {%- for measure in ['progress_ratio', 'required_annual_progress', 'z_score'] %}
    coalesce(screened.published_reason_code, screened.{{ measure }}_reason_code) as {{ measure }}_reason_code,
    {%- endfor %}
    {{ coverage_columns() }}
from screened
left join register on screened.indicator_id = register.indicator_id
{{ coverage_joins('screened', "coalesce(register.coverage_extract, 'NONE')") }}
