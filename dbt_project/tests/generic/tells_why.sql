{#
    Return the rows that lack a value without saying why. `reasons` names the column with the reason of each column that may be NULL; a
    reason that is a column's own (<column>_reason_code, and that of value or actual_value) stands beside no value.
#}
{% test tells_why(model, reasons) %}

select *
from {{ model }}
where
    array[{% for column, reason in reasons.items() %}
        {{ column }} is null and {{ reason }} is null,
        {%- if reason == column ~ '_reason_code' or column in ('value', 'actual_value') %}
        {{ column }} is not null and {{ reason }} is not null,
        {%- endif %}{% endfor %}
        false
    ] && array[true]

{% endtest %}
