with

-- A line serves the goal that it names; else the goals of the grant that pays; else none that anybody named.
ledger as (

    select
        org_id,
        lea_id,
        school_year,
        is_full_year,
        goal_code,
        project_code,
        sum(amount_usd) as current_usd,
        coalesce(sum(amount_usd) filter (
            where
            -- Food, plant and buses are no choice, nor is what maintenance of effort binds special education to.
            left(function_code, 2) not in ('26', '27', '31')
            and not (program_code like '2%' and funding_level_code <> 'federal')
        ), 0) as discretionary_usd
    from {{ ref('int_ledger__classified') }}
    where expenditure_class_code = 'current'
    group by org_id, lea_id, school_year, is_full_year, goal_code, project_code

),

grant_goal as (

    select * from {{ ref('int_grant_goal__weighted') }}

)

select
    ledger.org_id,
    ledger.school_year,
    ledger.is_full_year,
    coalesce(ledger.goal_code, grant_goal.goal_code, 'UNTAGGED') as goal_code,
    sum(ledger.current_usd * coalesce(grant_goal.weight, 1)) as current_usd,
    sum(ledger.discretionary_usd * coalesce(grant_goal.weight, 1)) as discretionary_usd
from ledger
left join grant_goal
    on
        ledger.lea_id = grant_goal.lea_id
        and ledger.project_code = grant_goal.grant_code
        and ledger.goal_code is null
group by ledger.org_id, ledger.school_year, ledger.is_full_year, coalesce(ledger.goal_code, grant_goal.goal_code, 'UNTAGGED')
