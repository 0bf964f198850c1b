with

student as (

    select * from {{ ref('int_school_contrast__counted') }}

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
