with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'enrollment_count' and window_rank = 1

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

-- A school that the directory lacks adds to the pseudo-child of its LEA, whose id is the first part of the school's.
placed as (

    select
        {{ leaf_org_id('census.school_id') }} as org_id,
        census.*
    from {{ ref('stg_enrollment_count') }} as census
    inner join load_ranked
        on census.load_id = load_ranked.load_id and left(census.school_id, 2) = load_ranked.owner_org_id
    left join organisation as school on census.school_id = school.org_id
    left join organisation as lea
        on regexp_replace(census.school_id, '-[^-]+$', '') = lea.org_id and lea.org_type_code = 'LEA'

)

select
    ancestry.ancestor_org_id as org_id,
    cast(placed.school_year as integer) as school_year,
    coalesce(placed.grade_code, 'ALL') as grade_code,
    placed.subgroup_dimension_code,
    placed.subgroup_code,
    cast(sum(placed.student_count) as bigint) as student_count
from placed
inner join ancestry on placed.org_id = ancestry.org_id
group by
    ancestry.ancestor_org_id,
    placed.school_year,
    placed.subgroup_dimension_code,
    placed.subgroup_code,
    grouping sets ((placed.grade_code), ())
