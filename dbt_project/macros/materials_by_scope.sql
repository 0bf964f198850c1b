{#
    Return CTEs of an indicator of materials: `organisation`, and `scoped`, the sums of fct_materials_cell of every organisation by
    core subject and grade band, each also over all of them. A student counts once in each subject (indicators.md 4.2), so over all
    subjects the same students are counted again and again: persons are at least those of the subject that has most of them.
#}
{% macro materials_by_scope() %}
organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

summed as (

    select
        cell.org_id,
        cell.school_year,
        coalesce(cell.subject_code, 'ALL') as subject_code,
        coalesce(cell.grade_code, 'ALL') as grade_code,
        {%- for measure in [
            'section_count',
            'high_quality_section_count',
            'lapsed_section_count',
            'unknown_section_line_count',
            'student_count',
            'high_quality_student_count',
            'unknown_student_line_count',
            'used_student_count',
            'little_used_student_count',
            'unknown_use_student_count',
        ] %}
        sum(cell.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_materials_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where {{ is_core_subject('cell.subject_code') }}
    group by cell.org_id, cell.school_year, cube (cell.subject_code, cell.grade_code)

),

scoped as (

    select
        *,
        {%- for measure in ['student_count', 'high_quality_student_count'] %}
        case
            when subject_code = 'ALL'
                then max({{ measure }}) filter (where subject_code <> 'ALL') over (partition by org_id, school_year, grade_code)
            else {{ measure }}
        end as {{ measure | replace('student', 'person') }}{{ ',' if not loop.last }}
        {%- endfor %}
    from summed

)
{% endmacro %}
