with

paired as (

    select
        *,
        case
            when material_usd is null or student_count is null then 'MISSING_INPUT'
            when material_usd < 0 or high_quality_usd < 0 then 'NEG_NET'
            when material_usd = 0 then 'NO_DOLLARS'
            -- More for listed materials than the books have for any: the two were not counted alike.
            when high_quality_usd > material_usd then 'NOT_COMPARABLE'
        end as reason_code
    from {{ ref('int_material_spending__paired') }}

)

select
    {{ indicator_row('materials_spending', 'high_quality_usd', 'material_usd', n='student_count') }}
from paired
