{#
    Return whether readers may see the standard error of `row`, an indicator's row: that of a mean tells the spread of the scores, which
    takes at least 30 students (indicators.md 9.3, rule 6).
#}
{% macro tells_spread(row) -%}
    ({{ row }}.indicator_id not in ('mean_scale_score', 'mean_score_z') or {{ row }}.n >= {{ var('minimum_n_spread') }})
{%- endmacro %}
