with

contrast as (

    select * from {{ ref('contrast') }}
    where contrast_id = 'economic'

),

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

),

student as (

    select
        cell.org_id,
        cell.school_year,
        school.lea_id,
        contrast.contrast_id,
        {%- for side in ['reference', 'focal'] %}
        cast(coalesce(
            sum(cell.student_count) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
        ) as bigint) as {{ side }}_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('fct_enrollment_cell') }} as cell
    inner join school on cell.org_id = school.org_id
    inner join contrast on cell.subgroup_dimension_code = contrast.subgroup_dimension_code
    where cell.grade_code = 'ALL'
    group by cell.org_id, cell.school_year, school.lea_id, contrast.contrast_id

),

-- A school whose teachers nobody reported is in every flag, without a share.
flag as (

    select distinct flag_code from {{ ref('fct_teacher_cell') }}

)

select
    student.org_id,
    student.school_year,
    student.lea_id,
    student.contrast_id,
    flag.flag_code,
    student.reference_count,
    student.focal_count,
    coalesce(teacher_cell.known_fte, 0) as known_fte,
    -- Whose flag is asked for; NULL where nobody reported teachers.
    case when teacher_cell.fte_cap > 0 then teacher_cell.fte_cap - teacher_cell.not_required_fte end as asked_fte,
    cast(teacher_cell.flagged_fte / nullif(teacher_cell.known_fte, 0) as numeric(28, 12)) as flag_share
from student
cross join flag
left join {{ ref('fct_teacher_cell') }} as teacher_cell
    on
        student.org_id = teacher_cell.org_id
        and student.school_year = teacher_cell.school_year
        and flag.flag_code = teacher_cell.flag_code
