with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_payroll'

),

payroll as (

    select * from {{ ref('stg_finance_payroll') }}

),

-- Year to date, as in the ledger: one period counts.
chosen as (

    select distinct on (payroll.lea_id, payroll.fiscal_year)
        payroll.lea_id,
        payroll.fiscal_year,
        payroll.period_code,
        payroll.load_id
    from payroll
    inner join load_ranked on payroll.load_id = load_ranked.load_id and payroll.lea_id = load_ranked.owner_org_id
    where payroll.period_code not like 'BUD%'
    order by
        payroll.lea_id,
        payroll.fiscal_year,
        array_position(array['AUD', 'UNAUD', 'Q4', 'Q3', 'Q2', 'Q1'], payroll.period_code),
        load_ranked.window_rank

)

-- Codes are national from here on, as in the ledger.
select
    payroll.load_id,
    payroll.line_number,
    payroll.lea_id,
    payroll.school_id,
    payroll.fiscal_year,
    payroll.period_code,
    payroll.staff_pid,
    {{ national_code('payroll', 'fund') }} as fund_code,
    {{ national_code('payroll', 'function') }} as function_code,
    {{ national_code('payroll', 'object') }} as object_code,
    {{ national_code('payroll', 'program') }} as program_code,
    payroll.project_code,
    payroll.payroll_activity_code,
    payroll.amount_usd
from payroll
inner join chosen
    on
        payroll.load_id = chosen.load_id
        and payroll.lea_id = chosen.lea_id
        and payroll.fiscal_year = chosen.fiscal_year
        and payroll.period_code = chosen.period_code
{{ national_code_joins('payroll') }}
