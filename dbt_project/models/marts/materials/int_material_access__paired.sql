with

-- What a school has is told in its own lines, or in those of its LEA as a whole, which are of every school with the grade.
told_of as (

    select
        org_id,
        unnest(array[org_id, lea_id || '-000']) as told_org_id
    from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

),

told as (

    select
        org_id,
        school_year,
        subject_code,
        grade,
        coalesce(cast(sum(student_count) filter (where is_high_quality) as numeric), 0)
        / nullif(sum(student_count), 0) as access_share
    from {{ ref('int_adoption__rated') }}
    where {{ is_core_subject('subject_code') }}
    group by org_id, school_year, subject_code, grade

),

in_grade as (

    select
        told_of.org_id,
        told.school_year,
        told.subject_code,
        told.grade,
        coalesce(
            max(told.access_share) filter (where told.org_id = told_of.org_id),
            max(told.access_share) filter (where told.org_id <> told_of.org_id)
        ) as access_share
    from told inner join told_of on told.org_id = told_of.told_org_id
    group by told_of.org_id, told.school_year, told.subject_code, told.grade

),

-- A student counts once in each subject that is told of the grade (indicators.md 4.2).
in_school as (

    select
        cell.org_id,
        cell.school_year,
        sum(cell.student_count * in_grade.access_share) / nullif(sum(cell.student_count), 0) as access_share
    from {{ ref('fct_enrollment_cell') }} as cell
    inner join in_grade
        on
            cell.org_id = in_grade.org_id
            and cell.school_year = in_grade.school_year
            and {{ grade_number('cell.grade_code') }} = in_grade.grade
    where cell.subgroup_dimension_code = 'all' and in_grade.access_share is not null
    group by cell.org_id, cell.school_year

)

select
    school.org_id,
    school.school_year,
    school.contrast_id,
    school.reference_count,
    school.focal_count,
    cast(in_school.access_share as numeric(28, 12)) as access_share
from {{ ref('int_school_contrast__counted') }} as school
left join in_school on school.org_id = in_school.org_id and school.school_year = in_school.school_year
