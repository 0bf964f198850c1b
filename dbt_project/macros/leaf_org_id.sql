{#
    Return the organisation that a record adds to: the school if its LEA runs it, else the LEA's pseudo-child, else the state's.
    Expects the joins `school` and `lea` to int_organisation__placed. A school of another LEA never counts: an LEA's file moves
    only its own numbers.
#}
{% macro leaf_org_id(lea_id) -%}
    coalesce(school.org_id, lea.org_id || '-000', left({{ lea_id }}, 2) || '-000')
{%- endmacro %}
