{# Return the band of a grade: ELEMENTARY up to 5, MIDDLE 6 to 8, HIGH 9 to 12. No material is shown by single grade: it may be one teacher's. #}
{% macro grade_band(grade) -%}
    case
        when {{ grade_number(grade) }} <= 7 then 'ELEMENTARY'
        when {{ grade_number(grade) }} <= 10 then 'MIDDLE'
        else 'HIGH'
    end
{%- endmacro %}
