{# Return what does not hold on some row, with how many: `promises` are conditions by column. One scan for all of them. #}
{% test keeps_contract(model, promises) %}

with

judged as (

    select
        array[{% for promise in promises %}
            case when ({{ promise.condition }}) is not true then '{{ promise.column }}' end,{% endfor %}
            cast(null as text)
        ] as column_names
    from {{ model }}

),

broken as (

    select unnest(array_remove(column_names, null)) as column_name
    from judged

)

select
    column_name,
    count(*) as row_count
from broken
group by column_name

{% endtest %}
