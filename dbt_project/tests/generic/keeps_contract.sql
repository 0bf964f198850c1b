{# Return what does not hold on some row, with how many: `promises` are conditions by column. One scan for all of them. #}
{% test keeps_contract(model, promises) %}

with

broken as (

    select
        unnest(
            array_remove(
                array[
                    {%- for promise in promises %}
                    case when ({{ promise.condition }}) is not true then '{{ promise.column }}' end{{ ',' if not loop.last }}
                    {%- endfor %}
                ],
                null
            )
        ) as column_name
    from {{ model }}

)

select
    column_name,
    count(*) as row_count
from broken
group by column_name

{% endtest %}
