{# Return the cells whose subgroups, within one dimension, do not add to ALL. #}
{% test partitions_add_to_all(model, keys, measures) %}

with

by_dimension as (

    select
        {{ keys | join(', ') }},
        subgroup_dimension_code,
        array[sum({{ measures | join('), sum(') }})] as totals
    from {{ model }}
    group by {{ keys | join(', ') }}, subgroup_dimension_code

)

select {{ keys | join(', ') }}
from by_dimension
group by {{ keys | join(', ') }}
having min(totals) <> max(totals)

{% endtest %}
