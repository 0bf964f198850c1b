with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

school as (

    select * from {{ ref('int_school_exposure__paired') }}

),

-- A school whose teachers nobody reported exposes nobody to a known rate.
exposure as (

    select
        ancestry.ancestor_org_id as org_id,
        school.school_year,
        school.contrast_id,
        sum(school.reference_count + school.focal_count) as student_count,
        sum(school.reference_count) filter (where school.inexperienced_share is not null) as reference_count,
        sum(school.focal_count) filter (where school.inexperienced_share is not null) as focal_count,
        sum(school.reference_count * school.inexperienced_share) as reference_exposure,
        sum(school.focal_count * school.inexperienced_share) as focal_exposure
    from school
    inner join ancestry on school.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, school.school_year, school.contrast_id

),

-- What the average student of each group meets: sums weighted by students, divided once (indicators.md 3.4).
gap as (

    select
        *,
        focal_exposure / nullif(focal_count, 0) - reference_exposure / nullif(reference_count, 0) as value,
        coalesce(least(reference_count, focal_count), 0) as smaller_count
    from exposure

)

select
    'exposure_gap' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    contrast_id,
    'NONE' as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(value as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(smaller_count as numeric(18, 6)) as n,
    case
        when value is not null then null
        when student_count > 0 and focal_count is null then 'MISSING_INPUT'
        else 'NO_STUDENTS'
    end as reason_code
from gap
