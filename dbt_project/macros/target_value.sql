{#
    Return the value that a target is to reach, in the unit of its indicator: as sent, or in the form that halves what the baseline
    lacks of the best value (indicators.md 1.10): 1 for a share that is to rise, 0 where lower is better. Where no best value is
    known, there is none, and the goal says so.
#}
{% macro target_value(target, register) -%}
    cast(
        case
            when coalesce({{ target }}.target_form_code, 'value') = 'value' then {{ target }}.target_value
            when {{ register }}.direction_code = 'lower' then {{ target }}.baseline_value / 2
            when {{ register }}.direction_code = 'higher' and {{ register }}.unit = 'share'
                then {{ target }}.baseline_value + (1 - {{ target }}.baseline_value) / 2
        end as numeric(18, 6)
    )
{%- endmacro %}
