with

balance as (

    select * from {{ ref('int_fund_balance__chosen') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    balance.school_year,
    balance.is_full_year,
    balance.fund_code,
    {%- set measures = [
        'beginning_balance_usd',
        'revenues_usd',
        'other_sources_usd',
        'expenditures_usd',
        'other_uses_usd',
        'restatement_usd',
        'ending_balance_usd',
    ] %}
    {%- for measure in measures %}
    sum(balance.{{ measure }}) as {{ measure }},
    {%- endfor %}
    -- The ratio needs balance and spending of the same LEAs.
    coalesce(sum(balance.unrestricted_usd), 0) as unrestricted_usd,
    coalesce(sum(balance.expenditures_usd + balance.other_uses_usd) filter (where balance.unrestricted_usd is not null), 0)
        as unrestricted_base_usd
from balance
inner join ancestry on balance.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, balance.school_year, balance.is_full_year, balance.fund_code
