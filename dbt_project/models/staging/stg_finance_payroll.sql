-- Generated from expectations/extracts/finance_payroll.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_finance_payroll as (

    select * from {{ source('raw', 'finance_payroll') }}

)

select
    built_load.load_id,
    raw_finance_payroll.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_finance_payroll.lea_id,
    raw_finance_payroll.fiscal_year,
    raw_finance_payroll.period_code,
    raw_finance_payroll.as_of_date,
    raw_finance_payroll.staff_pid,
    raw_finance_payroll.fund_code,
    raw_finance_payroll.function_code,
    raw_finance_payroll.object_code,
    raw_finance_payroll.program_code,
    raw_finance_payroll.project_code,
    raw_finance_payroll.school_id,
    raw_finance_payroll.payroll_activity_code,
    raw_finance_payroll.amount_usd,
    raw_finance_payroll.days_paid,
    raw_finance_payroll.local_account,
    raw_finance_payroll.spec_version,
    raw_finance_payroll.nces_lea_id
from raw_finance_payroll
inner join built_load on raw_finance_payroll.load_id = built_load.load_id
left join quarantined_row
    on
        raw_finance_payroll.load_id = quarantined_row.load_id
        and raw_finance_payroll.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
