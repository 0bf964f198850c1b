{{ config(
    materialized='incremental', touched_by='org_id',
    extracts=['assessment_result', 'student_enrollment', 'staff', 'staff_assignment'], indexes=[{'columns': ['org_id']}]
) }}
with

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

)

-- A student who spent the year at a school and is another's now makes a cell without anybody enrolled.
select
    cell.org_id,
    cell.school_year,
    'assessment_result' as extract
from {{ ref('fct_assessment_cell') }} as cell
inner join school on cell.org_id = school.org_id
where cell.subgroup_code = 'ALL' and cell.grade_code = 'ALL' and cell.enrolled_count > 0
group by cell.org_id, cell.school_year
union all
select
    cell.org_id,
    cell.school_year,
    'staff_assignment' as extract
from {{ ref('fct_staff_cell') }} as cell
inner join school on cell.org_id = school.org_id
group by cell.org_id, cell.school_year
