-- Generated from expectations/extracts/finance_ledger.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_finance_ledger as (

    select * from {{ source('raw', 'finance_ledger') }}

)

select
    built_load.load_id,
    raw_finance_ledger.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_finance_ledger.lea_id,
    raw_finance_ledger.fiscal_year,
    raw_finance_ledger.period_code,
    raw_finance_ledger.as_of_date,
    raw_finance_ledger.amount_type_code,
    raw_finance_ledger.account_type_code,
    raw_finance_ledger.fund_code,
    raw_finance_ledger.function_code,
    raw_finance_ledger.object_code,
    raw_finance_ledger.source_code,
    raw_finance_ledger.program_code,
    raw_finance_ledger.project_code,
    raw_finance_ledger.level_of_instruction_code,
    raw_finance_ledger.school_id,
    raw_finance_ledger.balance_sheet_code,
    raw_finance_ledger.funding_level_code,
    raw_finance_ledger.ppe_exclusion_code,
    raw_finance_ledger.goal_code,
    raw_finance_ledger.amount_usd,
    raw_finance_ledger.local_account,
    raw_finance_ledger.spec_version,
    raw_finance_ledger.nces_lea_id,
    raw_finance_ledger.lea_type_code,
    raw_finance_ledger.payee_lea_id
from raw_finance_ledger
inner join built_load on raw_finance_ledger.load_id = built_load.load_id
left join quarantined_row
    on
        raw_finance_ledger.load_id = quarantined_row.load_id
        and raw_finance_ledger.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
