{#
    Return the LEAs and years whose sites, with what is unallocated, are over half a dollar from the current expenditure of the LEA itself.
    (That this and what it took over are the LEA's cell is the test children_add_to_parent of the ledger's cells.)
#}
{% test sites_add_to_lea(model) %}

with

site as (

    select
        lea_id as org_id,
        school_year,
        sum(direct_usd + central_usd) as current_usd
    from {{ model }}
    group by lea_id, school_year

),

lea as (

    select * from {{ ref('int_lea_spending__summed') }}
    where own_site_usd is not null

)

select
    lea.org_id,
    lea.school_year
from lea
full outer join site on lea.org_id = site.org_id and lea.school_year = site.school_year
where (abs(lea.own_site_usd - site.current_usd) <= 0.5) is not true

{% endtest %}
