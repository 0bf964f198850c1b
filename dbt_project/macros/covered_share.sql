{# Return the sum of `measure` where `is_covered`, of all of it, 0 to 1 with three decimals; NULL if there is nothing to cover. #}
{% macro covered_share(measure, is_covered) -%}
    cast(
        round(coalesce(sum({{ measure }}) filter (where {{ is_covered }}), 0) / nullif(cast(sum({{ measure }}) as numeric), 0), 3) as numeric(18, 6)
    )
{%- endmacro %}
