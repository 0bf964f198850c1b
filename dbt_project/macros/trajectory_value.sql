{#
    Return the value on the way from `baseline` to `target` after `share` of the years, 0 to 1 (indicators.md 1.10): in equal steps
    (linear), by an equal percentage every year (geometric) or slowly at both ends (s_curve, 3u^2 - 2u^3). No percentage leads
    through zero, so a geometric way needs both values above it; else equal steps stand in.
#}
{% macro trajectory_value(code, baseline, target, share) -%}
    cast(
        case
            when {{ code }} = 'geometric' and {{ baseline }} > 0 and {{ target }} > 0
                then {{ baseline }} * power({{ target }} / {{ baseline }}, {{ share }})
            when {{ code }} = 's_curve'
                then {{ baseline }} + ({{ target }} - {{ baseline }}) * (3 * power({{ share }}, 2) - 2 * power({{ share }}, 3))
            else {{ baseline }} + ({{ target }} - {{ baseline }}) * {{ share }}
        end as numeric(18, 6)
    )
{%- endmacro %}
