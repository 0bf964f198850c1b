with

{{ materials_by_scope() }},

reasoned as (

    select
        *,
        cast(used_student_count as numeric) / nullif(student_count, 0) as lowest,
        cast(used_student_count + unknown_use_student_count as numeric) / nullif(student_count, 0) as highest,
        case
            when student_count = 0 and unknown_student_line_count > 0 then 'MISSING_INPUT'
            when student_count = 0 then 'NO_STUDENTS'
            -- No use as meant was seen, and of some nobody logged any: that is not no use (indicators.md 4.3).
            when unknown_use_student_count > 0 and used_student_count = 0 then 'USE_UNKNOWN'
        end as reason_code
    from scoped

)

select
    {{ indicator_row(
        'materials_use',
        'used_student_count',
        'student_count',
        interval_low='lowest',
        interval_high='highest',
        n='person_count',
        subject_code='subject_code',
        grade_code='grade_code'
    ) }}
from reasoned
