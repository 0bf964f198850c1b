{# Return the condition that an organisation is open on a day of the school year, July to June; without a date, open. #}
{% macro is_open_in(organisation, school_year) -%}
    coalesce({{ organisation }}.open_date <= make_date({{ school_year }}, 6, 30), true)
    and coalesce({{ organisation }}.close_date >= make_date({{ school_year }} - 1, 7, 1), true)
{%- endmacro %}
