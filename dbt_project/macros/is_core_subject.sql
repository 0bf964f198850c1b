{# Return whether sections and students of a subject are to be covered: ELA, mathematics and science (indicators.md 4.1). #}
{% macro is_core_subject(subject) -%}
    {{ subject }} in ('ELA', 'MATH', 'SCI')
{%- endmacro %}
