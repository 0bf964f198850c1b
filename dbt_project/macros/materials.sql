{# Return the measures of materials side by side, from `values`, a relation with the columns of indicator_value. #}
{% macro materials(values) %}
{#- A school without lines of its own has what its LEA as a whole has; the lag stands in the year in which the aim was reached alone. -#}
{%- set above_schools = "org_type_code <> 'SCHOOL'" -%}
{%- set of_all = above_schools ~ " and subject_code = 'ALL' and grade_code = 'ALL'" -%}
with

shown as (

    select
        shown.*,
        organisation.org_type_code,
        upper(replace(indicator_id, 'materials_', '')) || case facet when 'NONE' then '' else '_' || facet end as role
    from {{ values }} as shown
    inner join {{ ref('int_organisation__placed') }} as organisation on shown.org_id = organisation.org_id
    where indicator_id like 'materials_%'

),

measured as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        {{ shown_measure('ADOPTION', 'section_share', taken=above_schools) }},
        {{ shown_measure('ADOPTION_LAPSED', 'lapsed_section_share', taken=above_schools) }},
        {{ shown_measure('STUDENT_SHARE', 'student_share', ['value', 'n'], above_schools) }},
        {{ shown_measure('USE', 'used_share', ['value', 'interval_low', 'interval_high'], above_schools) }},
        {{ shown_measure('SPENDING', 'spending_share', taken=of_all) }},
        {{ shown_measure('SPENDING_PER_PUPIL', 'spending_per_pupil_usd', taken=of_all) }},
        {{ shown_measure('PROFESSIONAL_LEARNING', 'learning_share', taken=of_all) }},
        {{ shown_measure('PROFESSIONAL_LEARNING_FULL_DOSE', 'full_dose_share', taken=of_all) }},
        {{ shown_measure('EQUITY', 'access_gap', taken=of_all) }},
        {{ shown_measure('ADOPTION_LAG', 'adoption_lag_years', taken='false') }}
    from shown
    group by org_id, org_type_code, school_year, subject_code, grade_code

)

select
    measured.*,
    {{ coverage_columns() }}
from measured
{{ coverage_joins('measured', "'material_adoption'") }}
{% endmacro %}
