with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_fund_balance'

)

-- One period of each fund of a year, as in the ledger: audited, unaudited, else the latest quarter.
select distinct on (balance.lea_id, balance.fiscal_year, balance.fund_code)
    balance.lea_id,
    {{ lea_leaf_org_id('balance.lea_id') }} as org_id,
    cast(balance.fiscal_year as integer) as school_year,
    {{ is_full_year('balance.period_code') }} as is_full_year,
    balance.fund_code,
    balance.beginning_balance_usd,
    balance.revenues_usd,
    coalesce(balance.other_sources_usd, 0) as other_sources_usd,
    balance.expenditures_usd,
    coalesce(balance.other_uses_usd, 0) as other_uses_usd,
    coalesce(balance.restatement_usd, 0) as restatement_usd,
    balance.ending_balance_usd,
    -- NULL where the LEA did not say how far the balance is bound.
    case
        when num_nonnulls(balance.committed_usd, balance.assigned_usd, balance.unassigned_usd) > 0
            then coalesce(balance.committed_usd, 0) + coalesce(balance.assigned_usd, 0) + coalesce(balance.unassigned_usd, 0)
    end as unrestricted_usd
from {{ ref('stg_finance_fund_balance') }} as balance
inner join load_ranked on balance.load_id = load_ranked.load_id and balance.lea_id = load_ranked.owner_org_id
left join lea on balance.lea_id = lea.org_id
where balance.period_code not like 'BUD%'
order by
    balance.lea_id asc,
    balance.fiscal_year asc,
    balance.fund_code asc,
    array_position(array['AUD', 'UNAUD', 'Q4', 'Q3', 'Q2', 'Q1'], balance.period_code) asc,
    load_ranked.window_rank asc
