{# Return the measures of teacher equity side by side, from `values`, a relation with the columns of indicator_value. #}
{% macro teacher_equity(values) %}
{#- Rates of teachers have gaps; those between quarters of schools exist where one of these quarters is, so in the state at least. -#}
{%- set flags = "measure_code in ('INEXPERIENCED', 'EMERGENCY', 'OUT_OF_FIELD', 'INEFFECTIVE')" -%}
{%- set of_quarters = "org_type_code = 'SEA' and (" ~ flags ~ " or measure_code = 'TURNOVER')" -%}
{%- set of_students = "org_type_code <> 'SCHOOL' and " ~ flags -%}
with

shown as (

    select
        shown.org_id,
        organisation.org_type_code,
        shown.school_year,
        shown.value,
        shown.standard_error,
        shown.n,
        shown.reason_code,
        case
            when indicator_id in (
                'equity_gap_quartile', 'equity_ratio_quartile', 'exposure_gap', 'exposure_gap_between_leas', 'exposure_gap_within_leas'
            ) then case facet when 'NONE' then 'INEXPERIENCED' else facet end
            when indicator_id like '%_teachers' and indicator_id <> 'access_effective_teachers'
                then case indicator_id
                    when 'inexperienced_teachers' then 'INEXPERIENCED'
                    when 'emergency_credential_teachers' then 'EMERGENCY'
                    when 'out_of_field_teachers' then 'OUT_OF_FIELD'
                    when 'ineffective_teachers' then 'INEFFECTIVE'
                end
            when indicator_id = 'teacher_turnover' then 'TURNOVER'
            else upper(indicator_id)
        end as measure_code,
        case
            when indicator_id in ('equity_gap_quartile', 'equity_ratio_quartile')
                then upper(replace(indicator_id, 'quartile', '') || replace(contrast_id, '_quartile', ''))
            when indicator_id like 'exposure_gap%' then upper(indicator_id)
            when facet = 'UNKNOWN' then 'UNKNOWN'
            else 'VALUE'
        end as role
    from {{ values }} as shown
    inner join {{ ref('int_organisation__placed') }} as organisation on shown.org_id = organisation.org_id
    where
        indicator_id in (
            'inexperienced_teachers', 'emergency_credential_teachers', 'out_of_field_teachers', 'ineffective_teachers',
            'equity_gap_quartile', 'equity_ratio_quartile', 'exposure_gap', 'exposure_gap_between_leas', 'exposure_gap_within_leas',
            'teacher_retention', 'teacher_turnover', 'teacher_turnover_lea', 'teacher_attrition', 'vacancy', 'vacancy_flow',
            'student_teacher_ratio', 'salary_parity', 'salary_parity_adjusted', 'access_effective_teachers'
        )

),

measured as (

    select
        org_id,
        school_year,
        measure_code,
        {{ shown_measure('VALUE', 'measure', ['value', 'standard_error', 'n']) }},
        {{ shown_measure('UNKNOWN', 'unknown_share', taken=flags) }},
        {{ shown_measure('EQUITY_GAP_POVERTY', 'poverty_gap', ['value', 'standard_error'], of_quarters) }},
        {{ shown_measure('EQUITY_RATIO_POVERTY', 'poverty_ratio', taken=of_quarters) }},
        {{ shown_measure('EQUITY_GAP_MINORITY', 'minority_gap', ['value', 'standard_error'], of_quarters) }},
        {{ shown_measure('EXPOSURE_GAP', 'exposure_gap', taken=of_students) }},
        {{ shown_measure('EXPOSURE_GAP_BETWEEN_LEAS', 'exposure_gap_between_leas', taken=of_students) }},
        {{ shown_measure('EXPOSURE_GAP_WITHIN_LEAS', 'exposure_gap_within_leas', taken=of_students) }}
    from shown
    group by org_id, org_type_code, school_year, measure_code

)

select
    measured.*,
    {{ coverage_columns() }}
from measured
{{ coverage_joins('measured', "'staff_assignment'") }}
{% endmacro %}
