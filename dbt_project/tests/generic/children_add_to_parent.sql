{#
    Return the cells of LEAs, regions and states that are not the sum of their children, pseudo-child included. With the meta
    `of_all_rows` a run by touch asks the parents that it touched, and all rows of their children.
#}
{% test children_add_to_parent(model, keys, measures) %}

with

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

parent as (

    select distinct parent_org_id as org_id from organisation
    where {{ is_touched('parent_org_id', []) if (config.get('meta') or {}).get('of_all_rows') else 'true' }}

),

child as (

    select
        organisation.org_id,
        organisation.parent_org_id
    from organisation
    inner join parent on organisation.parent_org_id = parent.org_id

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
        child.parent_org_id as org_id,
        {{ keys | join(', ') }},
        array[sum({{ measures | join('), sum(') }})] as totals
    from {{ model }} as cell
    inner join child on cell.org_id = child.org_id
    group by child.parent_org_id, {{ keys | join(', ') }}

)

(select * from stated except select * from added)
union all
(select * from added except select * from stated)

{% endtest %}
