with

school as (

    select
        *,
        -- Combined schools (K-12) are in neither of the two, and in the quartiles of all schools.
        case
            when {{ grade_number('grade_high_code') }} <= 10 then 'ELEMENTARY'
            when {{ grade_number('grade_low_code') }} >= 8 then 'SECONDARY'
        end as level_code
    from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

)

select
    cell.org_id,
    cell.school_year,
    school.state_code,
    school.level_code,
    coalesce(sum(cell.student_count) filter (where cell.subgroup_dimension_code = 'all'), 0) as student_count,
    sum(cell.student_count) filter (where cell.subgroup_code = 'ECODIS') as poverty_count,
    sum(cell.student_count) filter (where cell.subgroup_code in ('ECODIS', 'NECODIS')) as poverty_known_count,
    sum(cell.student_count) filter (where cell.subgroup_code in ('AM7', 'AS7', 'BL7', 'PI7', 'HI7', 'MU7')) as minority_count,
    sum(cell.student_count) filter (
        where cell.subgroup_dimension_code = 'race_ethnicity' and cell.subgroup_code <> 'UNKNOWN'
    ) as minority_known_count
from {{ ref('fct_enrollment_cell') }} as cell
inner join school on cell.org_id = school.org_id
where cell.grade_code = 'ALL'
group by cell.org_id, cell.school_year, school.state_code, school.level_code
