{# Return the cells of LEAs, regions and states that are not the sum of their children, pseudo-child included. #}
{% test children_add_to_parent(model, keys, measures) %}

with

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

parent as (

    select distinct parent_org_id as org_id from organisation

),

stated as (

    select
        cell.org_id,
        {{ keys | join(', ') }},
        array[sum({{ measures | join('), sum(') }})] as totals
    from {{ model }} as cell
    inner join parent on cell.org_id = parent.org_id
    group by cell.org_id, {{ keys | join(', ') }}

),

added as (

    select
        organisation.parent_org_id as org_id,
        {{ keys | join(', ') }},
        array[sum({{ measures | join('), sum(') }})] as totals
    from {{ model }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where organisation.parent_org_id is not null
    group by organisation.parent_org_id, {{ keys | join(', ') }}

)

(select * from stated except select * from added)
union all
(select * from added except select * from stated)

{% endtest %}
