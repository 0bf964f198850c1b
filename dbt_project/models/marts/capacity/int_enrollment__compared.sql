with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

ancestry as (

    select * from {{ ref('int_lea__rolled') }}

),

-- A student is in the file of every subject; the fullest one tells how many there are.
assessed as (

    select
        cell.org_id as lea_id,
        cell.school_year,
        cell.grade_code,
        max(cell.enrolled_count) as student_count
    from {{ ref('fct_assessment_cell') }} as cell
    inner join lea on cell.org_id = lea.org_id
    where cell.subgroup_code = 'ALL' and cell.grade_code <> 'ALL'
    group by cell.org_id, cell.school_year, cell.grade_code

),

counted as (

    select * from {{ ref('fct_enrollment_cell') }}
    where subgroup_dimension_code = 'all' and grade_code <> 'ALL'

),

census as (

    select distinct
        org_id,
        school_year
    from counted

)

select
    ancestry.ancestor_org_id as org_id,
    assessed.school_year,
    'NONE' as facet,
    -- Differences of grades and LEAs do not make up for one another.
    cast(sum(abs(assessed.student_count - coalesce(counted.student_count, 0))) as bigint) as difference_count,
    cast(coalesce(sum(counted.student_count), 0) as bigint) as enrolled_count
from assessed
inner join census on assessed.lea_id = census.org_id and assessed.school_year = census.school_year
-- Students of a grade in which the census has nobody differ, all of them.
left join counted
    on
        assessed.lea_id = counted.org_id
        and assessed.school_year = counted.school_year
        and assessed.grade_code = counted.grade_code
inner join ancestry on assessed.lea_id = ancestry.org_id
group by ancestry.ancestor_org_id, assessed.school_year
