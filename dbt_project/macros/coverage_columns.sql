{# Return what every row of a mart says of the files behind it; expects `coverage_joins`. #}
{% macro coverage_columns() -%}
    coalesce(coverage.lea_expected_count, 0) as lea_expected_count,
    coalesce(coverage.lea_reported_count, 0) as lea_reported_count,
    coalesce(coverage.lea_carried_forward_count, 0) as lea_carried_forward_count,
    coalesce(coverage.lea_missing_count, 0) as lea_missing_count,
    coverage.vintage_date
{%- endmacro %}

{# Return the joins of a mart to the coverage of `extract`, an expression; a school has that of its LEA. #}
{% macro coverage_joins(relation, extract) -%}
    left join {{ ref('int_organisation__placed') }} as organisation on {{ relation }}.org_id = organisation.org_id
    left join {{ ref('int_coverage__counted') }} as coverage
        on
            {{ relation }}.school_year = coverage.school_year
            and case organisation.org_type_code when 'SCHOOL' then organisation.lea_id else organisation.org_id end = coverage.org_id
            and coverage.extract = {{ extract }}
{%- endmacro %}
