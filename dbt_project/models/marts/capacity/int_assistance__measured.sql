with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

indicator as (

    select
        lea.state_code,
        measure.*
    from {{ ref('indicator_value_restricted') }} as measure
    inner join lea on measure.org_id = lea.org_id
    -- Score and tier are published, so what is withheld counts in none of them (indicators.md 9.3, rule 7).
    where measure.facet = 'NONE' and measure.grade_code = 'ALL' and measure.subgroup_code = 'ALL' and measure.reason_code is null

),

measured as (

    select
        state_code,
        org_id,
        school_year,
        -- All subjects together: sums, divided once.
        1 - sum(numerator) filter (where indicator_id = 'proficiency')
        / nullif(sum(denominator) filter (where indicator_id = 'proficiency'), 0) as shortfall,
        1 - avg(value) filter (
            where indicator_id in ('submission_timeliness', 'submission_completeness', 'first_pass_acceptance')
        ) as need_data,
        max(value) filter (where indicator_id = 'first_pass_acceptance') as first_pass,
        -- Two months of spending are the floor of a fund balance (indicators.md 5.10); a cliff counts as it stands (5.11).
        avg(least(1, greatest(0, case indicator_id when 'fund_balance_ratio' then 1 - value * 6 else value end))) filter (
            where indicator_id in ('fund_balance_ratio', 'funding_cliff_exposure')
        ) as fiscal_risk,
        max(value) filter (where indicator_id = 'exposure_gap' and contrast_id = 'economic') as exposure_gap
    from indicator
    group by state_code, org_id, school_year

),

-- Where an LEA stands among those of its state that have the value.
ranked as (

    select
        *,
        percent_rank() over (
            partition by state_code, school_year, shortfall is null order by shortfall asc
        ) as shortfall_rank,
        percent_rank() over (
            partition by state_code, school_year, exposure_gap is null order by exposure_gap asc
        ) as exposure_rank
    from measured

)

select
    state_code,
    org_id,
    school_year,
    cast(case when shortfall is not null then shortfall_rank end as numeric(18, 6)) as need_outcome,
    cast(need_data as numeric(18, 6)) as need_data,
    cast(fiscal_risk as numeric(18, 6)) as fiscal_risk,
    cast(case when exposure_gap is not null then exposure_rank end as numeric(18, 6)) as need_equity,
    cast(first_pass as numeric(18, 6)) as first_pass
from ranked
