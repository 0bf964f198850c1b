{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['finance_ledger'], indexes=[{'columns': ['lea_id']}]
) }}
with

chosen as (

    select * from {{ ref('int_ledger_period__chosen') }}
    where {{ is_touched('lea_id', ['finance_ledger']) }}

)

select expenditure.*
from {{ ref('stg_finance_ledger') }} as expenditure
inner join chosen
    on
        expenditure.load_id = chosen.load_id
        and expenditure.lea_id = chosen.lea_id
        and expenditure.fiscal_year = chosen.fiscal_year
        and expenditure.period_code = chosen.period_code
where
    expenditure.account_type_code = 'expenditure'
    and expenditure.amount_type_code = 'actual'
    and {{ is_of_touched_loads('expenditure.load_id', ['finance_ledger'], loads='chosen') }}
