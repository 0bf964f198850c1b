with

ancestry as (

    select * from {{ ref('int_lea__rolled') }}

),

-- Only years that are over add up: a quarter of one LEA and the year of another are no sum.
spending as (

    select
        ancestry.ancestor_org_id as org_id,
        lea.school_year,
        sum(lea.current_expenditure_usd) filter (where lea.is_full_year) as current_expenditure_usd,
        count(lea.current_expenditure_usd) as reporting_lea_count
    from {{ ref('int_lea_spending__summed') }} as lea
    inner join ancestry on lea.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, lea.school_year

)

select
    'current_expenditure' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(current_expenditure_usd as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(current_expenditure_usd as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(null as numeric(18, 6)) as n,
    case
        when current_expenditure_usd < 0 then 'NEG_NET'
        when current_expenditure_usd is not null then null
        when reporting_lea_count = 0 then 'MISSING_INPUT'
        else 'NOT_COMPARABLE'
    end as reason_code
from spending
