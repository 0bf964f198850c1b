with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

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
    ancestry.ancestor_org_id as org_id,
    paired.school_year,
    sum(paired.student_count) filter (where num_nulls(paired.teacher_fte, paired.student_count) = 0) as student_count,
    sum(paired.teacher_fte) filter (where num_nulls(paired.teacher_fte, paired.student_count) = 0) as teacher_fte
from paired
inner join organisation on paired.org_id = organisation.org_id and organisation.org_type_code in ('SCHOOL', 'LEA')
inner join {{ ref('int_ancestry__expanded') }} as ancestry
    on
        paired.org_id = ancestry.org_id
        and (paired.org_id = ancestry.ancestor_org_id or organisation.org_type_code = 'LEA')
group by ancestry.ancestor_org_id, paired.school_year
