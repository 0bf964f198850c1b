{#
    Return the columns of one measure of a mart that lays rows of indicators side by side: each of `parts` (value, n, ...) of the
    row whose `role` it is, and why there is no value. Where no such row is, the measure is not taken at this level.
#}
{% macro shown_measure(role, name, parts=['value']) -%}
    {%- for part in parts %}
    max({{ part }}) filter (where role = '{{ role }}') as {{ name if part == 'value' else name ~ '_' ~ part }},
    {%- endfor %}
    case
        when max(value) filter (where role = '{{ role }}') is null
            then coalesce(max(reason_code) filter (where role = '{{ role }}'), 'NOT_APPLICABLE')
    end as {{ name }}_reason_code
{%- endmacro %}
