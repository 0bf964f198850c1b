{#
    Return whether `fte` teachers are too few to show a measure of `flag_code`: ratings are confidential and need more than other flags
    (indicators.md 3.1, 3.9). Where the state sets no minimum, all are too few. Expects the join `state` to int_state__parameterised.
#}
{% macro too_few_teachers(fte, flag_code) -%}
    coalesce({{ fte }} < case {{ flag_code }} when 'INEFFECTIVE' then state.minimum_rated_teachers else state.minimum_teacher_fte end, true)
{%- endmacro %}
