{# Return the schema as the project file names it: the migrations create them, dbt may not. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
