with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

-- Years that are over, on both sides: half a year of pay is no part of a year of books.
paid as (

    select
        lea_id,
        cast(fiscal_year as integer) as school_year,
        sum(amount_usd) as payroll_usd
    from {{ ref('int_payroll__chosen') }}
    where object_code like '1%' and {{ is_full_year('period_code') }}
    group by lea_id, fiscal_year

),

-- Books without any salary say 0, which is far from what was paid.
booked as (

    select
        lea_id,
        school_year,
        coalesce(sum(amount_usd) filter (where object_code like '1%' and expenditure_class_code <> 'transfer'), 0) as ledger_usd
    from {{ ref('int_ledger__classified') }}
    where is_full_year
    group by lea_id, school_year

)

select
    paid.lea_id as org_id,
    paid.school_year,
    paid.payroll_usd,
    booked.ledger_usd,
    abs(paid.payroll_usd - booked.ledger_usd) <= coalesce(state.payroll_tolerance_share, 0) * abs(booked.ledger_usd) as is_agreed
from paid
inner join booked on paid.lea_id = booked.lea_id and paid.school_year = booked.school_year
left join state on left(paid.lea_id, 2) = state.state_code
