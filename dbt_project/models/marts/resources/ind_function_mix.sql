with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

spending as (

    select
        ledger_cell.org_id,
        ledger_cell.school_year,
        -- Instruction is one function; of the others, the first two digits say which.
        case
            when ledger_cell.function_code like '1%' then '1000'
            else left(ledger_cell.function_code, 2) || '00'
        end as function_code,
        sum(ledger_cell.current_expenditure_usd) as function_usd
    from {{ ref('fct_ledger_cell') }} as ledger_cell
    inner join organisation on ledger_cell.org_id = organisation.org_id
    where ledger_cell.is_full_year
    group by
        ledger_cell.org_id,
        ledger_cell.school_year,
        case
            when ledger_cell.function_code like '1%' then '1000'
            else left(ledger_cell.function_code, 2) || '00'
        end
    having sum(ledger_cell.current_expenditure_usd) <> 0

),

totalled as (

    select
        *,
        sum(function_usd) over (partition by org_id, school_year) as current_usd,
        min(function_usd) over (partition by org_id, school_year) as smallest_usd
    from spending

),

-- Beside a net negative function the others would add to more than all of it.
reasoned as (

    select
        *,
        case when smallest_usd < 0 or current_usd <= 0 then 'NEG_NET' end as reason_code
    from totalled

)

select
    {{ indicator_row('function_mix', 'function_usd', 'current_usd', facet='function_code') }}
from reasoned
