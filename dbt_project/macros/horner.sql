{# Return the polynomial of `variable` whose coefficients, the highest power first, are `coefficients`. #}
{% macro horner(variable, coefficients) -%}
    {{ '(' * (coefficients | length - 2) }}{{ coefficients[0] }} * {{ variable }}
    {%- for coefficient in coefficients[1:] %} + {{ coefficient }}{% if not loop.last %}) * {{ variable }}{% endif %}{% endfor %}
{%- endmacro %}
