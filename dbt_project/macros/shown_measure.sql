{#
    Return the columns of one measure of a mart that lays rows of indicators side by side: each of `parts` (value, n, ...) of the
    row whose `role` it is, and why there is no value. Where no such row is, an input of it is missing if it is `taken`, a condition on the
    columns that the rows are grouped by; elsewhere the measure is not taken.
#}
{% macro shown_measure(role, name, parts=['value'], taken='true') -%}
    {%- for part in parts %}
    max({{ part }}) filter (where role = '{{ role }}') as {{ name if part == 'value' else name ~ '_' ~ part }},
    {%- endfor %}
    case
        when max(value) filter (where role = '{{ role }}') is null
            then coalesce(
                max(reason_code) filter (where role = '{{ role }}'),
                case when {{ taken }} then 'MISSING_INPUT' else 'NOT_APPLICABLE' end
            )
    end as {{ name }}_reason_code
{%- endmacro %}
