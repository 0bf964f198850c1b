{#
    Return one bound of the 95 % Wilson score interval of `share` (a double precision between 0 and 1) in `trials` trials,
    `side` being - or +; NULL without trials:
    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), Wilson 1927; indicators.md 1.2.
#}
{% macro wilson_bound(share, trials, side) -%}
    {%- set z = var('z_interval') -%}
    cast(
        (
            {{ share }} + {{ z }} ^ 2 / (2 * {{ trials }})
            {{ side }} {{ z }} * sqrt({{ share }} * (1 - {{ share }}) / {{ trials }} + {{ z }} ^ 2 / (4 * {{ trials }} ^ 2))
        ) / (1 + {{ z }} ^ 2 / {{ trials }}) as numeric(18, 6)
    )
{%- endmacro %}
