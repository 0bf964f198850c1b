with

{{ materials_by_scope() }},

reasoned as (

    select
        *,
        case
            when section_count > 0 then null
            when unknown_section_line_count > 0 then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code
    from scoped

)

select
    {{ indicator_row(
        'materials_adoption',
        'high_quality_section_count',
        'section_count',
        n='student_count',
        subject_code='subject_code',
        grade_code='grade_code'
    ) }}
from reasoned
