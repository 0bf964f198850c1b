with

{{ materials_by_scope() }},

reasoned as (

    select
        *,
        case
            when student_count > 0 then null
            when unknown_student_line_count > 0 then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code
    from scoped

)

select
    {{ indicator_row(
        'materials_student_share',
        'high_quality_student_count',
        'student_count',
        n='person_count',
        subject_code='subject_code',
        grade_code='grade_code'
    ) }}
from reasoned
