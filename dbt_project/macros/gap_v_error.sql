{# Return the standard error of V: that of the probability by the slope of the normal distribution at its deviate (indicators.md 1.7). #}
{% macro gap_v_error(normal_deviate, probability_error) -%}
    sqrt(2) * {{ probability_error }} / (exp(-({{ normal_deviate }} ^ 2) / 2) / sqrt(2 * pi()))
{%- endmacro %}
