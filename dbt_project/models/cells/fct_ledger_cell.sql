{{ config(
    materialized='incremental', touched_by='org_id', extracts=['finance_ledger'], indexes=[{'columns': ['org_id']}]
) }}
with

ledger as (

    select * from {{ ref('int_ledger__classified') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    ledger.school_year,
    ledger.is_full_year,
    ledger.fund_code,
    ledger.function_code,
    ledger.object_code,
    ledger.program_code,
    ledger.project_code,
    ledger.funding_level_code,
    {%- set classes = {
        'current_expenditure_usd': 'current',
        'payments_to_leas_usd': 'payment_to_lea',
        'capital_usd': 'capital',
        'debt_usd': 'debt',
        'transfers_usd': 'transfer',
    } %}
    -- Transfers move money between the LEA's own funds; they are no expenditure of the LEA (indicators.md 0.11).
    coalesce(sum(ledger.amount_usd) filter (where ledger.expenditure_class_code <> 'transfer'), 0) as expenditure_usd,
    {%- for measure, class in classes.items() %}
    coalesce(sum(ledger.amount_usd) filter (where ledger.expenditure_class_code = '{{ class }}'), 0) as {{ measure }},
    {%- endfor %}
    coalesce(sum(ledger.amount_usd) filter (
        where ledger.expenditure_class_code in ('other_program', 'fiduciary', 'state_exclusion', 'unclassified')
    ), 0) as other_excluded_usd
from ledger
inner join ancestry on ledger.org_id = ancestry.org_id
where {{ is_touched('ancestry.ancestor_org_id', ['finance_ledger']) }}
group by
    ancestry.ancestor_org_id,
    ledger.school_year,
    ledger.is_full_year,
    ledger.fund_code,
    ledger.function_code,
    ledger.object_code,
    ledger.program_code,
    ledger.project_code,
    ledger.funding_level_code
