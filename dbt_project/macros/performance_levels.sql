{% macro performance_levels() -%}
    {#- The performance levels that a test may have, low to high: columns level_<n>_count of every model of cells. -#}
    {{ return([1, 2, 3, 4, 5]) }}
{%- endmacro %}
