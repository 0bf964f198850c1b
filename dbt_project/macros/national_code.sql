{# Return the national code of a part of the account string of `line`, which the joins of national_code_joins bring: as sent, if none. #}
{% macro national_code(line, dimension) -%}
    coalesce(national_{{ dimension }}.nces_code, {{ line }}.{{ dimension }}_code)
{%- endmacro %}

{#
    Return the joins that national_code needs, of a relation with lea_id, fiscal_year and the codes of the account string. They go
    by the code; state and years are conditions on what is found, so that PostgreSQL can hash.
#}
{% macro national_code_joins(line, dimensions=['fund', 'function', 'object', 'program']) -%}
    {%- for dimension in dimensions %}
left join {{ ref('int_account_code__crosswalked') }} as national_{{ dimension }}
    on
        national_{{ dimension }}.dimension_code = '{{ dimension }}'
        and {{ line }}.{{ dimension }}_code = national_{{ dimension }}.code
        and starts_with({{ line }}.lea_id, national_{{ dimension }}.state_code)
        and {{ line }}.fiscal_year between national_{{ dimension }}.first_year and national_{{ dimension }}.last_year
    {%- endfor %}
{%- endmacro %}
