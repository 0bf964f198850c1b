with

exposed as (

    select
        *,
        case
            when focal_adjusted_salary_usd is not null and reference_adjusted_salary_usd is not null then null
            when student_count > 0 and adjusted_paid_fte = 0 then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code
    from {{ ref('int_salary__exposed') }}

)

select
    {{ indicator_row(
        'salary_parity_adjusted',
        'focal_adjusted_salary_usd',
        'reference_adjusted_salary_usd',
        n='adjusted_paid_fte',
        contrast_id='contrast_id'
    ) }}
from exposed
