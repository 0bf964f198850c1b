with

exposed as (

    select
        *,
        case
            when focal_salary_usd is not null and reference_salary_usd is not null then null
            when student_count > 0 and focal_count is null then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code
    from {{ ref('int_salary__exposed') }}

)

select
    {{ indicator_row(
        'salary_parity', 'focal_salary_usd', 'reference_salary_usd', n='paid_fte', contrast_id='contrast_id'
    ) }}
from exposed
