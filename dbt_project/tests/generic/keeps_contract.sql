{# Return what does not hold on some row, with how many: `promises` are conditions by column, `key` the columns that tell #}
{# rows of a load apart; where `key_applies_to` is given, only rows for which it is true have to. Rows of a load never change, #}
{# so a publish run asks only those that have not passed before (ops.proven_load). #}
{% test keeps_contract(model, key, promises, key_applies_to='true') %}

with

fresh as not materialized (

    select * from {{ model }}
    where {{ 'load_id not in (select load_id from ' ~ source('ops', 'proven_load') ~ ')' if builds_by_touch() else 'true' }}

),

judged as (

    select
        array[{% for promise in promises %}
            case when ({{ promise.condition }}) is not true then '{{ promise.column }}' end,{% endfor %}
            cast(null as text)
        ] as column_names
    from fresh

),

broken as (

    select unnest(array_remove(column_names, null)) as column_name
    from judged

),

repeated as (

    select count(*) as row_count
    from fresh
    where {{ key_applies_to }}
    group by load_id, {{ key | join(', ') }}
    having count(*) > 1

)

select
    column_name as broken_by,
    count(*) as row_count
from broken
group by column_name
union all
select
    'key',
    sum(row_count)
from repeated
having count(*) > 0

{% endtest %}
