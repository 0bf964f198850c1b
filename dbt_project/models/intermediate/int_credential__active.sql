with

assignment as (

    select * from {{ ref('int_staff__capped') }}
    where job_class_code = 'TEACHER'

),

credential_type as (

    select * from {{ ref('credential_type') }}

)

-- What the teacher held on the first day of the assignment, whatever came or went later.
select
    assignment.load_id,
    assignment.line_number,
    assignment.school_year,
    assignment.state_code,
    assignment.assignment_code,
    assignment.course_code,
    coalesce({{ grade_number('assignment.grade_low_code') }}, {{ grade_number('assignment.grade_high_code') }}) as grade_low,
    coalesce({{ grade_number('assignment.grade_high_code') }}, {{ grade_number('assignment.grade_low_code') }}) as grade_high,
    credential.credential_field_code,
    credential.credential_type_code,
    coalesce({{ grade_number('credential.grade_low_code') }}, 1) as credential_grade_low,
    coalesce({{ grade_number('credential.grade_high_code') }}, 14) as credential_grade_high,
    credential_type.is_for_teaching,
    credential_type.is_emergency_or_provisional,
    assignment.begin_date between credential.first_date and credential.last_date as is_active
from assignment
inner join {{ ref('int_credential__held') }} as credential
    on assignment.state_code = credential.state_code and assignment.staff_pid = credential.staff_pid
inner join credential_type on credential.credential_type_code = credential_type.credential_type_code
