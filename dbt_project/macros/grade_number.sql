{# Return the place of a grade in the order of schooling, PK 1 to grade twelve 14; NULL for ungraded and unknown. #}
{% macro grade_number(grade) -%}
    array_position(array['PK', 'KG', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'], {{ grade }})
{%- endmacro %}
