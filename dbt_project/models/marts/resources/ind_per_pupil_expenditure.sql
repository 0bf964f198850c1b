with

ancestry as (

    select * from {{ ref('int_lea__rolled') }}

),

-- Dollars and pupils of the same LEAs: those whose year is over and whose pupils were counted.
spending as (

    select
        ancestry.ancestor_org_id as org_id,
        lea.school_year,
        sum(lea.current_expenditure_usd) filter (where lea.is_full_year and lea.student_count is not null) as numerator,
        sum(lea.student_count) filter (where lea.is_full_year) as denominator,
        count(lea.current_expenditure_usd) filter (where lea.is_full_year) as full_year_lea_count,
        count(lea.current_expenditure_usd) as reporting_lea_count
    from {{ ref('int_lea_spending__summed') }} as lea
    inner join ancestry on lea.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, lea.school_year

),

reasoned as (

    select
        *,
        case
            when reporting_lea_count > 0 and full_year_lea_count = 0 then 'NOT_COMPARABLE'
            when numerator is null or denominator is null then 'MISSING_INPUT'
            when denominator = 0 then 'NO_STUDENTS'
            when numerator < 0 then 'NEG_NET'
        end as reason_code
    from spending

)

select
    'per_pupil_expenditure' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(numerator as numeric(18, 6)) as numerator,
    cast(denominator as numeric(18, 6)) as denominator,
    -- A net negative amount is never divided (indicators.md 0.11).
    cast(case when reason_code is null then numerator / nullif(denominator, 0) end as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(denominator as numeric(18, 6)) as n,
    reason_code
from reasoned
