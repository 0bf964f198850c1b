with

-- Dollars and pupils of the same LEAs; whether the dollars can be told hangs on the books, as in the share of them.
paired as (

    select
        *,
        case
            when counted_high_quality_usd is null then 'MISSING_INPUT'
            when student_count = 0 then 'NO_STUDENTS'
            when counted_material_usd < 0 or counted_high_quality_usd < 0 then 'NEG_NET'
            when counted_high_quality_usd > counted_material_usd then 'NOT_COMPARABLE'
        end as reason_code
    from {{ ref('int_material_spending__paired') }}

)

select
    {{ indicator_row('materials_spending_per_pupil', 'counted_high_quality_usd', 'student_count', n='student_count') }}
from paired
