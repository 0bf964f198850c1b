with

budget as (

    select * from {{ ref('int_budget__compared') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    budget.school_year,
    budget.period_code,
    budget.project_code,
    sum(budget.budget_usd) as budget_usd,
    sum(budget.actual_usd) as actual_usd,
    sum(budget.encumbered_usd) as encumbered_usd
from budget
inner join ancestry on budget.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, budget.school_year, budget.period_code, budget.project_code
