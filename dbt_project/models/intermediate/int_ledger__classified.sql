{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['finance_ledger'], indexes=[{'columns': ['lea_id']}]
) }}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

ledger as (

    select * from {{ ref('int_ledger__chosen') }}
    where {{ is_touched('lea_id', ['finance_ledger']) }}

),

-- Whose books of the whole year are here: a budget or a quarter does not tell what a payee bought with the money.
reporting as (

    select
        lea_id,
        fiscal_year
    from {{ ref('int_ledger_period__chosen') }}
    where {{ is_full_year('period_code') }}

)

select
    ledger.load_id,
    ledger.line_number,
    {{ leaf_org_id('ledger.lea_id') }} as org_id,
    ledger.lea_id,
    cast(ledger.fiscal_year as integer) as school_year,
    {{ is_full_year('ledger.period_code') }} as is_full_year,
    ledger.fund_code,
    ledger.function_code,
    ledger.object_code,
    ledger.program_code,
    coalesce(ledger.project_code, 'NONE') as project_code,
    ledger.goal_code,
    coalesce(ledger.funding_level_code, 'UNKNOWN') as funding_level_code,
    -- F-33 (NCES 2021-306): the first line that fits takes the amount out of current expenditure (indicators.md 5.1).
    case
        when ledger.function_code like '52%' or ledger.object_code like '9%' then 'transfer'
        -- What a payee reports itself is its own spending; of one that reports nothing it stays the payer's (indicators.md 0.10).
        when reporting.lea_id is not null then 'payment_to_lea'
        -- Tuition to LEAs (561) and charter schools (564) of the state that are not named: they report what they buy.
        when ledger.object_code in ('561', '564') and ledger.payee_lea_id is null then 'payment_to_lea'
        when ledger.function_code like '5%' or ledger.object_code like '83%' or ledger.fund_code = '4' then 'debt'
        when ledger.function_code like '4%' or ledger.object_code like '7%' or ledger.fund_code = '3' then 'capital'
        -- Nonpublic, adult, community college, community services.
        when left(ledger.program_code, 1) in ('5', '6', '7', '8') or ledger.function_code like '33%' then 'other_program'
        -- Trust and custodial funds are held for others.
        when ledger.fund_code in ('8', '9') then 'fiduciary'
        when ledger.ppe_exclusion_code is not null then 'state_exclusion'
        -- Instruction, support services, food, enterprise.
        when ledger.function_code similar to '(1|2[1-9]|3[12])%' then 'current'
        else 'unclassified'
    end as expenditure_class_code,
    ledger.amount_usd
from ledger
left join organisation as lea on ledger.lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join organisation as school
    on ledger.school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
left join reporting
    on
        ledger.payee_lea_id = reporting.lea_id
        and ledger.fiscal_year = reporting.fiscal_year
        and ledger.payee_lea_id <> ledger.lea_id
