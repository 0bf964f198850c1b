{#
    Return what does not hold on some row, with how many. In the test's `config.meta`, `promises` are conditions by column, `key` the
    columns that tell rows of a load apart; where `key_applies_to` is given, only rows for which it is true have to. (dbt renders every
    word of a test's arguments in every run, which took longer than the tests.) Rows of a load never change, so a publish run asks only
    those that have not passed before (ops.proven_load).
#}
{% test keeps_contract(model) %}
{%- set promised = config.get('meta', {}) %}

with

fresh as not materialized (

    select * from {{ model }}
    where {{ is_fresh_load() if builds_by_touch() else 'true' }}

),

judged as (

    select
        array[{% for promise in promised.promises %}
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
    where {{ promised.key_applies_to | default('true') }}
    group by load_id, {{ promised.key | join(', ') }}
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
