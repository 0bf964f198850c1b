{#
    Return whether a value of `indicator_id` may be held against one of another year, both given as rows of dim_assessment_scale: rates of
    proficiency under the same cut scores, those of tests that end courses among them; scores and gaps of scores on the same scale. What
    the registry of tests does not know is compared with nothing; whatever rests on no test, always (indicators.md 0.7).
#}
{% macro is_comparable(indicator_id, year, baseline) -%}
    case
        when {{ indicator_id }} in ('proficiency', 'proficiency_accountability', 'gap_percentage_point')
            then coalesce({{ year }}.cut_set_id = {{ baseline }}.cut_set_id, false)
        when {{ indicator_id }} in ('mean_scale_score', 'mean_score_z', 'gap_g', 'gap_state_sd', 'gap_v', 'gap_v_coarsened')
            then coalesce({{ year }}.scale_id = {{ baseline }}.scale_id, false)
        else true
    end
{%- endmacro %}
