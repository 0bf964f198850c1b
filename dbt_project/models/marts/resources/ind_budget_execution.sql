with

-- Of one LEA; above it, quarters of some and years of others are no sum.
lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

cell as (

    select
        budget.org_id,
        budget.school_year,
        budget.period_code,
        sum(budget.budget_usd) as budget_usd,
        sum(budget.actual_usd) as actual_usd
    from {{ ref('fct_budget_cell') }} as budget
    inner join lea on budget.org_id = lea.org_id
    group by budget.org_id, budget.school_year, budget.period_code

),

compared as (

    select
        spent.org_id,
        spent.school_year,
        spent.period_code,
        spent.actual_usd,
        budget.budget_usd,
        case
            when budget.org_id is null then 'MISSING_INPUT'
            when spent.actual_usd < 0 or budget.budget_usd < 0 then 'NEG_NET'
            when budget.budget_usd = 0 then 'NO_DOLLARS'
        end as reason_code
    from cell as spent
    left join cell as budget
        on
            spent.org_id = budget.org_id
            and spent.school_year = budget.school_year
            and budget.period_code = 'BUDGET'
    where spent.period_code <> 'BUDGET'

)

select
    {{ indicator_row('budget_execution', 'actual_usd', 'budget_usd', facet='period_code') }}
from compared
