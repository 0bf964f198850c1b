with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_ledger'

),

expenditure as (

    select
        ledger.lea_id,
        cast(ledger.fiscal_year as integer) as school_year,
        ledger.period_code,
        ledger.amount_type_code,
        coalesce(ledger.project_code, 'NONE') as project_code,
        load_ranked.window_rank,
        max(ledger.as_of_date) as as_of_date,
        sum(ledger.amount_usd) as amount_usd
    from {{ ref('stg_finance_ledger') }} as ledger
    inner join load_ranked on ledger.load_id = load_ranked.load_id and ledger.lea_id = load_ranked.owner_org_id
    {{ national_code_joins('ledger', ['function', 'object']) }}
    -- Transfers between funds are neither budgeted nor actual spending of the LEA.
    where
        ledger.account_type_code = 'expenditure'
        and not coalesce(
            {{ national_code('ledger', 'function') }} like '52%' or {{ national_code('ledger', 'object') }} like '9%', false
        )
    group by
        ledger.lea_id,
        ledger.fiscal_year,
        ledger.period_code,
        ledger.amount_type_code,
        coalesce(ledger.project_code, 'NONE'),
        load_ranked.window_rank

),

-- A period in two windows counts as the later one has it; of the budgets, the last that was amended.
ranked as (

    select
        *,
        dense_rank() over (
            partition by
                lea_id, school_year, amount_type_code = 'budget', case when amount_type_code <> 'budget' then period_code end
            order by case when amount_type_code = 'budget' then period_code end desc nulls last, window_rank asc
        ) as choice
    from expenditure

)

select
    ranked.lea_id,
    {{ lea_leaf_org_id('ranked.lea_id') }} as org_id,
    ranked.school_year,
    case when ranked.amount_type_code = 'budget' then 'BUDGET' else ranked.period_code end as period_code,
    ranked.project_code,
    max(ranked.as_of_date) filter (where ranked.amount_type_code <> 'budget') as as_of_date,
    coalesce(sum(ranked.amount_usd) filter (where ranked.amount_type_code = 'budget'), 0) as budget_usd,
    coalesce(sum(ranked.amount_usd) filter (where ranked.amount_type_code = 'actual'), 0) as actual_usd,
    coalesce(sum(ranked.amount_usd) filter (where ranked.amount_type_code = 'encumbrance'), 0) as encumbered_usd
from ranked
left join lea on ranked.lea_id = lea.org_id
where ranked.choice = 1
group by
    ranked.lea_id,
    lea.org_id,
    ranked.school_year,
    case when ranked.amount_type_code = 'budget' then 'BUDGET' else ranked.period_code end,
    ranked.project_code
