with

place as (

    select
        org_id,
        org_id as ancestor_org_id
    from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'
    union all
    select
        org_id,
        ancestor_org_id
    from {{ ref('int_lea__rolled') }}

),

teacher as (

    select
        org_id,
        school_year,
        fte_cap as teacher_fte
    from {{ ref('fct_staff_cell') }}
    where job_class_code = 'TEACHER'

),

student as (

    select
        org_id,
        school_year,
        student_count
    from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL' and subgroup_dimension_code = 'all'

),

paired as (

    select
        coalesce(teacher.org_id, student.org_id) as org_id,
        coalesce(teacher.school_year, student.school_year) as school_year,
        teacher.teacher_fte,
        student.student_count
    from teacher
    full outer join student on teacher.org_id = student.org_id and teacher.school_year = student.school_year

)

-- A school or LEA as it stands; above LEAs, only those of which both are known.
select
    place.ancestor_org_id as org_id,
    paired.school_year,
    sum(paired.student_count) filter (where num_nulls(paired.teacher_fte, paired.student_count) = 0) as student_count,
    sum(paired.teacher_fte) filter (where num_nulls(paired.teacher_fte, paired.student_count) = 0) as teacher_fte
from paired
inner join place on paired.org_id = place.org_id
group by place.ancestor_org_id, paired.school_year
