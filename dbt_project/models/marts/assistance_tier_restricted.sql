with recursive

red as (

    select distinct
        org_id,
        school_year
    from {{ ref('goal_status_restricted') }}
    -- A tier is published, so the status of a withheld value moves none (indicators.md 9.3, rule 7).
    where status_code = 'Red' and reason_code is null

),

-- The top 15 % of the state's LEAs, and the 25 % below them.
cut as (

    select
        state_code,
        school_year,
        percentile_cont(0.85) within group (order by score asc) as tier_3_cut,
        percentile_cont(0.60) within group (order by score asc) as tier_2_cut
    from {{ ref('int_assistance__scored') }}
    group by state_code, school_year

),

scored as (

    select
        scored.*,
        cut.tier_3_cut,
        cut.tier_2_cut,
        coalesce(red.org_id is not null and scored.first_pass < 0.5, false) as is_alarming,
        row_number() over (partition by scored.org_id order by scored.school_year asc) as step
    from {{ ref('int_assistance__scored') }} as scored
    inner join cut on scored.state_code = cut.state_code and scored.school_year = cut.school_year
    left join red on scored.org_id = red.org_id and scored.school_year = red.school_year
    where scored.score is not null

),

-- A tier changes where the score passes its cut by 3 points, so that it does not flicker.
tiered as (

    select
        org_id,
        step,
        case when is_alarming or score >= tier_3_cut then 3 when score >= tier_2_cut then 2 else 1 end as tier
    from scored
    where step = 1
    union all
    select
        scored.org_id,
        scored.step,
        case
            when scored.is_alarming then 3
            when scored.score >= scored.tier_3_cut + case when tiered.tier = 3 then -0.03 else 0.03 end then 3
            when scored.score >= scored.tier_2_cut + case when tiered.tier >= 2 then -0.03 else 0.03 end then 2
            else 1
        end as tier
    from tiered
    inner join scored on tiered.org_id = scored.org_id and tiered.step + 1 = scored.step

)

select
    ancestry.ancestor_org_id as org_id,
    scored.school_year,
    max(scored.score) filter (where ancestry.ancestor_org_id = scored.org_id) as score,
    max(tiered.tier) filter (where ancestry.ancestor_org_id = scored.org_id) as tier,
    max(scored.missing_components) filter (where ancestry.ancestor_org_id = scored.org_id) as missing_components,
    count(*) as lea_count,
    count(*) filter (where tiered.tier = 3) as tier_3_count,
    cast(count(*) filter (where tiered.tier = 3) / cast(count(*) as numeric) as numeric(18, 6)) as tier_3_share
from scored
inner join tiered on scored.org_id = tiered.org_id and scored.step = tiered.step
inner join {{ ref('int_ancestry__expanded') }} as ancestry on scored.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, scored.school_year
