with

{{ materials_by_scope() }},

reasoned as (

    select
        *,
        case
            when section_count > 0 then null
            when unknown_section_line_count > 0 then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code,
        case
            when high_quality_section_count > 0 then null
            when unknown_section_line_count > 0 then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as lapsed_reason_code
    from scoped

)

select
    {{ indicator_row(
        'materials_adoption',
        'high_quality_section_count',
        'section_count',
        n='person_count',
        subject_code='subject_code',
        grade_code='grade_code'
    ) }}
from reasoned
union all
-- Of them, those whose material left the list before the year began: they count until the LEA adopts anew.
select
    {{ indicator_row(
        'materials_adoption',
        'lapsed_section_count',
        'high_quality_section_count',
        n='high_quality_person_count',
        reason_code='lapsed_reason_code',
        subject_code='subject_code',
        grade_code='grade_code',
        facet="'LAPSED'"
    ) }}
from reasoned
