{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['finance_ledger'], indexes=[{'columns': ['lea_id']}]
) }}
with

chosen as (

    select * from {{ ref('int_ledger_period__chosen') }}
    where {{ is_touched('lea_id', ['finance_ledger']) }}

)

-- Codes are national from here on, where the state's crosswalk has one.
select
    expenditure.load_id,
    expenditure.line_number,
    expenditure.lea_id,
    expenditure.school_id,
    expenditure.fiscal_year,
    expenditure.period_code,
    {{ national_code('expenditure', 'fund') }} as fund_code,
    {{ national_code('expenditure', 'function') }} as function_code,
    {{ national_code('expenditure', 'object') }} as object_code,
    {{ national_code('expenditure', 'program') }} as program_code,
    expenditure.project_code,
    expenditure.funding_level_code,
    expenditure.ppe_exclusion_code,
    expenditure.goal_code,
    expenditure.payee_lea_id,
    expenditure.amount_usd
from {{ ref('stg_finance_ledger') }} as expenditure
inner join chosen
    on
        expenditure.load_id = chosen.load_id
        and expenditure.lea_id = chosen.lea_id
        and expenditure.fiscal_year = chosen.fiscal_year
        and expenditure.period_code = chosen.period_code
{{ national_code_joins('expenditure') }}
where
    expenditure.account_type_code = 'expenditure'
    and expenditure.amount_type_code = 'actual'
    and {{ is_of_touched_loads('expenditure.load_id', ['finance_ledger'], loads='chosen') }}
