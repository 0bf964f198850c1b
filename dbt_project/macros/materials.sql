{# Return the measures of materials side by side, from `values`, a relation with the columns of indicator_value. #}
{% macro materials(values) %}
with

shown as (

    select
        *,
        upper(replace(indicator_id, 'materials_', '')) || case facet when 'NONE' then '' else '_' || facet end as role
    from {{ values }}
    where indicator_id like 'materials_%'

),

measured as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        {{ shown_measure('ADOPTION', 'section_share') }},
        {{ shown_measure('STUDENT_SHARE', 'student_share', ['value', 'n']) }},
        {{ shown_measure('USE', 'used_share', ['value', 'interval_low', 'interval_high']) }},
        {{ shown_measure('SPENDING', 'spending_share') }},
        {{ shown_measure('PROFESSIONAL_LEARNING', 'learning_share') }},
        {{ shown_measure('PROFESSIONAL_LEARNING_FULL_DOSE', 'full_dose_share') }},
        {{ shown_measure('EQUITY', 'access_gap') }},
        {{ shown_measure('ADOPTION_LAG', 'adoption_lag_years') }}
    from shown
    group by org_id, school_year, subject_code, grade_code

)

select
    measured.*,
    {{ coverage_columns() }}
from measured
{{ coverage_joins('measured', "'material_adoption'") }}
{% endmacro %}
