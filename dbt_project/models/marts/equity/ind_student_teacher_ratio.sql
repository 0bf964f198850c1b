with

paired as (

    select
        *,
        case
            when student_count is null then 'MISSING_INPUT'
            when teacher_fte = 0 then 'NO_STAFF'
            when student_count = 0 then 'NO_STUDENTS'
        end as reason_code
    from {{ ref('int_staffing__paired') }}

)

select
    {{ indicator_row('student_teacher_ratio', 'student_count', 'teacher_fte', n='student_count') }}
from paired
