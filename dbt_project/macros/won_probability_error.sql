{#
    Return the standard error of `probability`, that a reference student outscores a focal one, from the sizes of the two groups;
    NULL if one is empty. Hanley and McNeil 1982; indicators.md 1.7.
#}
{% macro won_probability_error(probability, reference_count, focal_count) -%}
    sqrt((
        {{ probability }} * (1 - {{ probability }})
        + ({{ reference_count }} - 1) * ({{ probability }} / (2 - {{ probability }}) - {{ probability }} ^ 2)
        + ({{ focal_count }} - 1) * (2 * {{ probability }} ^ 2 / (1 + {{ probability }}) - {{ probability }} ^ 2)
    ) / nullif({{ reference_count }} * {{ focal_count }}, 0))
{%- endmacro %}
