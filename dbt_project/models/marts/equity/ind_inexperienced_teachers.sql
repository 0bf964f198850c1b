with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

teacher_cell as (

    select * from {{ ref('fct_staff_cell') }}
    where job_class_code = 'TEACHER'

),

rate as (

    select
        teacher_cell.*,
        cast(teacher_cell.inexperienced_fte as double precision) / nullif(teacher_cell.known_experience_fte, 0) as share,
        cast(nullif(teacher_cell.known_experience_fte, 0) as double precision) as trials
    from teacher_cell
    inner join organisation on teacher_cell.org_id = organisation.org_id

)

select
    'inexperienced_teachers' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(inexperienced_fte as numeric(18, 6)) as numerator,
    cast(known_experience_fte as numeric(18, 6)) as denominator,
    cast(inexperienced_fte / nullif(known_experience_fte, 0) as numeric(18, 6)) as value,
    {{ share_standard_error('share', 'trials') }} as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(known_experience_fte as numeric(18, 6)) as n,
    case
        when fte_cap = 0 then 'NO_STAFF'
        when known_experience_fte = 0 then 'MISSING_INPUT'
    end as reason_code
from rate
