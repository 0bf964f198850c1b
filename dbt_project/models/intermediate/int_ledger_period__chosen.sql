{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['finance_ledger'], indexes=[{'columns': ['lea_id']}]
) }}
with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_ledger' and {{ is_touched('owner_org_id', ['finance_ledger']) }}

)

-- Amounts are year to date, so one period counts: audited, unaudited, else the latest quarter; in two windows, the later window.
select distinct on (expenditure.lea_id, expenditure.fiscal_year)
    expenditure.lea_id,
    expenditure.fiscal_year,
    expenditure.period_code,
    expenditure.load_id
from {{ ref('stg_finance_ledger') }} as expenditure
inner join load_ranked on expenditure.load_id = load_ranked.load_id and expenditure.lea_id = load_ranked.owner_org_id
where
    expenditure.account_type_code = 'expenditure'
    and expenditure.amount_type_code = 'actual'
    and {{ is_of_touched_loads('expenditure.load_id', ['finance_ledger']) }}
order by
    expenditure.lea_id asc,
    expenditure.fiscal_year asc,
    array_position(array['AUD', 'UNAUD', 'Q4', 'Q3', 'Q2', 'Q1'], expenditure.period_code) asc,
    load_ranked.window_rank asc
