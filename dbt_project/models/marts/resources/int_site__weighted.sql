with

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

),

counted as (

    select
        cell.org_id,
        school.lea_id,
        -- A school with grades above the eighth is a secondary one.
        case when {{ grade_number('school.grade_high_code') }} <= 10 then 'ELEMENTARY' else 'SECONDARY' end as level_code,
        cell.school_year,
        cast(coalesce(sum(cell.student_count) filter (where cell.subgroup_code = 'ALL'), 0) as numeric) as student_count,
        cast(coalesce(sum(cell.student_count) filter (where cell.subgroup_code = 'WDIS'), 0) as numeric) as disability_count
    from {{ ref('fct_enrollment_cell') }} as cell
    inner join school on cell.org_id = school.org_id
    where cell.grade_code = 'ALL'
    group by cell.org_id, school.lea_id, school.grade_high_code, cell.school_year

)

-- Special education follows the students with disabilities, where the LEA has any; all else follows the pupils.
select
    org_id,
    lea_id,
    level_code,
    school_year,
    student_count,
    disability_count,
    student_count / sum(student_count) over lea as pupil_share,
    coalesce(disability_count / nullif(sum(disability_count) over lea, 0), student_count / sum(student_count) over lea)
        as disability_share
from counted
where student_count > 0
window lea as (partition by lea_id, school_year)
