-- Generated from expectations/extracts/finance_fund_balance.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_finance_fund_balance as (

    select * from {{ source('raw', 'finance_fund_balance') }}

)

select
    built_load.load_id,
    raw_finance_fund_balance.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_finance_fund_balance.lea_id,
    raw_finance_fund_balance.fiscal_year,
    raw_finance_fund_balance.period_code,
    raw_finance_fund_balance.as_of_date,
    raw_finance_fund_balance.fund_code,
    raw_finance_fund_balance.beginning_balance_usd,
    raw_finance_fund_balance.revenues_usd,
    raw_finance_fund_balance.other_sources_usd,
    raw_finance_fund_balance.expenditures_usd,
    raw_finance_fund_balance.other_uses_usd,
    raw_finance_fund_balance.restatement_usd,
    raw_finance_fund_balance.ending_balance_usd,
    raw_finance_fund_balance.nonspendable_usd,
    raw_finance_fund_balance.restricted_usd,
    raw_finance_fund_balance.committed_usd,
    raw_finance_fund_balance.assigned_usd,
    raw_finance_fund_balance.unassigned_usd,
    raw_finance_fund_balance.spec_version,
    raw_finance_fund_balance.nces_lea_id
from raw_finance_fund_balance
inner join built_load on raw_finance_fund_balance.load_id = built_load.load_id
left join quarantined_row
    on
        raw_finance_fund_balance.load_id = quarantined_row.load_id
        and raw_finance_fund_balance.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
