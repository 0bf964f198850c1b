{# Return whether a period is a whole fiscal year; a year to date that ends before the year does compares with no other year. #}
{% macro is_full_year(period_code) -%}
    {{ period_code }} in ('AUD', 'UNAUD', 'Q4')
{%- endmacro %}
