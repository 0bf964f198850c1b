-- Generated from expectations/extracts/finance_transaction.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_finance_transaction as (

    select * from {{ source('raw', 'finance_transaction') }}

)

select
    built_load.load_id,
    raw_finance_transaction.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_finance_transaction.lea_id,
    raw_finance_transaction.fiscal_year,
    raw_finance_transaction.transaction_date,
    raw_finance_transaction.fund_code,
    raw_finance_transaction.function_code,
    raw_finance_transaction.object_code,
    raw_finance_transaction.program_code,
    raw_finance_transaction.school_code,
    raw_finance_transaction.amount_usd,
    raw_finance_transaction.account_type_code,
    raw_finance_transaction.amount_type_code,
    raw_finance_transaction.source_code,
    raw_finance_transaction.project_code,
    raw_finance_transaction.balance_sheet_code,
    raw_finance_transaction.funding_level_code,
    raw_finance_transaction.goal_code,
    raw_finance_transaction.local_account,
    raw_finance_transaction.journal_number,
    raw_finance_transaction.spec_version,
    raw_finance_transaction.nces_lea_id
from raw_finance_transaction
inner join built_load on raw_finance_transaction.load_id = built_load.load_id
left join quarantined_row
    on
        raw_finance_transaction.load_id = quarantined_row.load_id
        and raw_finance_transaction.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
