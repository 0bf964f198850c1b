with

credential as (

    select * from {{ ref('int_credential__active') }}

),

authorisation as (

    select * from {{ ref('int_authorisation__listed') }}

),

-- An ungraded assignment asks for no grade.
matched as (

    select
        credential.load_id,
        credential.line_number,
        bool_or(authorisation.authorisation_code = 'IN_FIELD') as is_in_field,
        bool_or(authorisation.authorisation_code = 'WAIVER') as is_by_waiver
    from credential
    inner join authorisation
        on
            credential.state_code = authorisation.state_code
            and credential.credential_field_code = authorisation.credential_field_code
            and credential.assignment_code = authorisation.assignment_code
            and credential.credential_type_code
            = coalesce(authorisation.credential_type_code, credential.credential_type_code)
            and coalesce(credential.course_code = authorisation.course_code, authorisation.course_code is null)
            and credential.school_year between authorisation.first_year and authorisation.last_year
    where
        credential.is_active
        and coalesce(credential.grade_low >= greatest(authorisation.grade_low, credential.credential_grade_low), true)
        and coalesce(credential.grade_high <= least(authorisation.grade_high, credential.credential_grade_high), true)
    group by credential.load_id, credential.line_number

),

held as (

    select
        load_id,
        line_number,
        bool_or(is_active and is_for_teaching) as has_active,
        bool_or(is_active and is_for_teaching and not is_emergency_or_provisional) as has_full
    from credential
    group by load_id, line_number

)

select
    held.load_id,
    held.line_number,
    held.has_active,
    -- Nothing but emergency or provisional credentials; a teacher without any that is active is in neither group.
    case when held.has_active then not held.has_full end as is_emergency,
    coalesce(matched.is_in_field, false) as is_in_field,
    coalesce(matched.is_by_waiver, false) as is_by_waiver
from held
left join matched on held.load_id = matched.load_id and held.line_number = matched.line_number
