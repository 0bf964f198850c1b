with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

student as (

    select
        org_id,
        school_year,
        student_count
    from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL' and subgroup_dimension_code = 'all'

),

learning as (

    select
        cell.org_id,
        cell.school_year,
        part.facet,
        part.numerator,
        part.denominator,
        student.student_count,
        case
            -- There was learning about the material, but nobody counted who got the whole dose of it.
            when part.denominator = 0 and part.facet = 'FULL_DOSE' and cell.linked_hours > 0 then 'MISSING_INPUT'
            when part.denominator = 0 then 'NO_STAFF'
            when student.student_count is null then 'MISSING_INPUT'
        end as reason_code
    from {{ ref('fct_learning_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    left join student on cell.org_id = student.org_id and cell.school_year = student.school_year
    cross join
        lateral (
            values
            ('NONE', cell.linked_hours, cell.learning_hours),
            ('FULL_DOSE', cell.full_dose_count, cell.linked_participant_count)
        ) as part (facet, numerator, denominator)

)

select
    {{ indicator_row('materials_professional_learning', 'numerator', 'denominator', n='student_count', facet='facet') }}
from learning
