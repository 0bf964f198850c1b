{# Return the subgroup of a yes-no status: one of two members, or UNKNOWN, so that the dimension adds to ALL (indicators.md 0.4). #}
{% macro member(status, if_true, if_false) -%}
    case {{ status }} when true then '{{ if_true }}' when false then '{{ if_false }}' else 'UNKNOWN' end
{%- endmacro %}
