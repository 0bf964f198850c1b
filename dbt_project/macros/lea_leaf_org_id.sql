{#
    Return the pseudo-child that a record of a whole LEA adds to, or the state's if the directory lacks the LEA. Expects the join
    `lea` to the LEAs of int_organisation__placed.
#}
{% macro lea_leaf_org_id(lea_id) -%}
    coalesce(lea.org_id || '-000', left({{ lea_id }}, 2) || '-000')
{%- endmacro %}
