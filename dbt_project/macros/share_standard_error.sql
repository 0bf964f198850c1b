{# Return the standard error √(p(1−p)/n) of `share` in `trials`, both double precision; NULL without trials (indicators.md 0.14). #}
{% macro share_standard_error(share, trials) -%}
    cast(sqrt({{ share }} * (1 - {{ share }}) / {{ trials }}) as numeric(18, 6))
{%- endmacro %}
