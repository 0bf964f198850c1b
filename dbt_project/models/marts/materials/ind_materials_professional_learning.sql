with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

learning as (

    select
        cell.org_id,
        cell.school_year,
        part.facet,
        part.numerator,
        part.denominator,
        case when part.denominator = 0 then 'NO_STAFF' end as reason_code
    from {{ ref('fct_learning_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    cross join
        lateral (
            values
            ('NONE', cell.linked_hours, cell.learning_hours),
            ('FULL_DOSE', cell.full_dose_count, cell.linked_participant_count)
        ) as part (facet, numerator, denominator)

)

select
    {{ indicator_row('materials_professional_learning', 'numerator', 'denominator', facet='facet') }}
from learning
