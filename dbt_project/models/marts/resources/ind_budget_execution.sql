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

covered as (

    select
        ancestry.ancestor_org_id as org_id,
        budget.school_year,
        budget.period_code,
        make_date(budget.school_year - 1, 6, 30) as eve_date,
        make_date(budget.school_year, 6, 30) as end_date,
        max(budget.as_of_date) as as_of_date
    from {{ ref('int_budget__compared') }} as budget
    inner join {{ ref('int_ancestry__expanded') }} as ancestry on budget.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, budget.school_year, budget.period_code

),

compared as (

    select
        spent.org_id,
        spent.school_year,
        spent.period_code,
        spent.actual_usd,
        budget.budget_usd,
        covered.end_date - covered.eve_date as year_days,
        -- Of amounts as of a day outside the year, none or all of it is over.
        least(greatest(covered.as_of_date, covered.eve_date), covered.end_date) - covered.eve_date as elapsed_days,
        case
            when budget.org_id is null then 'MISSING_INPUT'
            when spent.actual_usd < 0 or budget.budget_usd < 0 then 'NEG_NET'
            when budget.budget_usd = 0 then 'NO_DOLLARS'
        end as reason_code
    from cell as spent
    inner join covered
        on
            spent.org_id = covered.org_id
            and spent.school_year = covered.school_year
            and spent.period_code = covered.period_code
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
union all
-- What it is to be held against.
select
    {{ indicator_row('budget_execution', 'elapsed_days', 'year_days', reason_code='null', facet="period_code || ':ELAPSED'") }}
from compared
