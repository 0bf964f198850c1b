with

state as (

    select * from {{ ref('int_state__parameterised') }}

),

compared as (

    select * from {{ ref('int_goal_alignment__compared') }}

),

summed as (

    select
        org_id,
        school_year,
        sum(money) as discretionary_usd,
        min(money) as smallest_usd,
        -- Where no money is known, no part of it is.
        case
            when sum(money) is not null then coalesce(max(money_share) filter (where goal_code = 'UNTAGGED'), 0)
        end as untagged_share,
        count(money_share) filter (where goal_code <> 'UNTAGGED' and money_share <> 0) as funded_goal_count,
        sum(need) as need,
        sum(need_share) as need_share,
        coalesce(bool_or(is_need_withheld), false) as is_need_withheld,
        sum(abs(coalesce(money_share, 0) - coalesce(need_share, 0))) filter (where goal_code <> 'UNTAGGED') / 2 as distance
    from compared
    group by org_id, school_year

),

-- Where a large part of the money has no goal, the rest says little about what the money is for (indicators.md 5.6).
reasoned as (

    select
        summed.*,
        case
            when summed.discretionary_usd is null then 'MISSING_INPUT'
            when summed.discretionary_usd < 0 or summed.smallest_usd < 0 then 'NEG_NET'
            when summed.discretionary_usd = 0 then 'NO_DOLLARS'
            when summed.untagged_share > coalesce(state.maximum_untagged_share, 0) or summed.funded_goal_count = 0 then 'UNTAGGED'
            -- Every goal is reached: nothing is needed that money could be in line with.
            when summed.need = 0 then 'NOT_APPLICABLE'
            when summed.need_share is null then 'MISSING_INPUT'
        end as reason_code
    from summed
    left join state on left(summed.org_id, 2) = state.state_code

)

select
    org_id,
    school_year,
    discretionary_usd,
    cast(untagged_share as numeric(18, 6)) as untagged_share,
    cast(case when reason_code is null then 1 - distance end as numeric(18, 6)) as alignment_index,
    cast(case when reason_code is null then distance * discretionary_usd end as numeric(18, 2)) as misaligned_usd,
    -- Whether readers could tell a value that is withheld from the index, or from the reason why there is none.
    is_need_withheld and coalesce(reason_code, 'NOT_APPLICABLE') = 'NOT_APPLICABLE' as is_index_withheld,
    reason_code
from reasoned
