with

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
    inner join {{ ref('int_organisation__placed') }} as lea on cell.org_id = lea.org_id and lea.org_type_code = 'LEA'
    where cell.subgroup_code = 'ALL' and cell.grade_code <> 'ALL'
    group by cell.org_id, cell.school_year, cell.grade_code

),

-- The grades that the state tests, by its registry of tests, and those of which the LEA sent anything.
tested as (

    select
        assessed.lea_id,
        assessed.school_year,
        scale.grade_code
    from assessed
    inner join {{ ref('dim_assessment_scale') }} as scale
        on left(assessed.lea_id, 2) = scale.state_code and assessed.school_year = scale.school_year
    -- All grades together have no test, and not everybody in a grade takes one that ends a course.
    where scale.is_one_scale is not null
    union
    select
        lea_id,
        school_year,
        grade_code
    from assessed

),

counted as (

    select * from {{ ref('fct_enrollment_cell') }}
    where subgroup_dimension_code = 'all' and grade_code <> 'ALL'

)

select
    ancestry.ancestor_org_id as org_id,
    tested.school_year,
    'NONE' as facet,
    -- Differences of grades and LEAs do not make up for one another; a grade that one of the two lacks differs as a whole.
    cast(sum(abs(coalesce(assessed.student_count, 0) - coalesce(counted.student_count, 0))) as bigint) as difference_count,
    cast(coalesce(sum(counted.student_count), 0) as bigint) as enrolled_count
from tested
left join assessed
    on tested.lea_id = assessed.lea_id and tested.school_year = assessed.school_year and tested.grade_code = assessed.grade_code
left join counted
    on tested.lea_id = counted.org_id and tested.school_year = counted.school_year and tested.grade_code = counted.grade_code
inner join ancestry on tested.lea_id = ancestry.org_id
-- An LEA that has not been counted is not compared.
where
    (tested.lea_id, tested.school_year) in (
        select
            census.org_id,
            census.school_year
        from counted as census
    )
group by ancestry.ancestor_org_id, tested.school_year
