with

assignment as (

    select * from {{ ref('int_staff__capped') }}
    where job_class_code = 'TEACHER' and {{ is_touched('org_id', ['staff', 'staff_assignment']) }}

),

authorised as (

    select * from {{ ref('int_assignment__authorised') }}

),

assigned_year as (

    select distinct school_year from assignment

),

-- Assignments that nobody can be in the field of, since the crosswalk does not know them, are unknown.
known_assignment as (

    select distinct
        authorisation.state_code,
        authorisation.assignment_code,
        cast(valid.school_year as integer) as school_year
    from {{ ref('int_authorisation__listed') }} as authorisation
    inner join assigned_year as valid
        on valid.school_year between authorisation.first_year and authorisation.last_year

),

stated as (

    select
        assignment.*,
        authorised.is_emergency,
        case
            when assignment.is_credential_exempt then 'NOT_REQUIRED'
            -- No record of any credential: nobody knows.
            when authorised.load_id is null or known_assignment.assignment_code is null then 'UNKNOWN'
            when authorised.is_in_field then 'IN_FIELD'
            when authorised.is_by_waiver then 'WAIVER'
            when authorised.has_active then 'OUT_OF_FIELD'
            else 'NONE'
        end as field_status_code
    from assignment
    left join authorised on assignment.load_id = authorised.load_id and assignment.line_number = authorised.line_number
    left join known_assignment
        on
            assignment.state_code = known_assignment.state_code
            and assignment.assignment_code = known_assignment.assignment_code
            and assignment.school_year = known_assignment.school_year

)

select
    load_id,
    line_number,
    org_id,
    school_year,
    staff_pid,
    fte_cap,
    field_status_code,
    is_credential_exempt,
    is_inexperienced,
    case when not is_credential_exempt then is_emergency end as is_emergency,
    case
        when field_status_code in ('OUT_OF_FIELD', 'WAIVER', 'NONE') then true
        when field_status_code = 'IN_FIELD' then false
    end as is_out_of_field,
    effectiveness_rating_code in ('1', '2') as is_ineffective
from stated
