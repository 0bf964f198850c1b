with

student as (

    select distinct
        org_id,
        lea_id,
        school_year,
        contrast_id,
        reference_count,
        focal_count
    from {{ ref('int_school_exposure__paired') }}

),

access as (

    select
        org_id,
        school_year,
        cast(sum(high_quality_student_count) as numeric) / nullif(sum(student_count), 0) as access_share
    from {{ ref('fct_materials_cell') }}
    where {{ is_core_subject('subject_code') }}
    group by org_id, school_year

)

-- A school without lines of its own has what its LEA as a whole has.
select
    student.org_id,
    student.school_year,
    student.contrast_id,
    student.reference_count,
    student.focal_count,
    cast(coalesce(own.access_share, whole.access_share) as numeric(28, 12)) as access_share
from student
left join access as own on student.org_id = own.org_id and student.school_year = own.school_year
left join access as whole on student.lea_id || '-000' = whole.org_id and student.school_year = whole.school_year
