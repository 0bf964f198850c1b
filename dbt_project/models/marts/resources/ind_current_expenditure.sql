with

ancestry as (

    select * from {{ ref('int_lea__rolled') }}

),

-- Only years that are over add up: a quarter of one LEA and the year of another are no sum.
spending as (

    select
        ancestry.ancestor_org_id as org_id,
        lea.school_year,
        sum(lea.current_expenditure_usd) filter (where lea.is_full_year) as current_expenditure_usd,
        sum(lea.on_behalf_usd) filter (where lea.is_full_year) as on_behalf_usd,
        count(lea.current_expenditure_usd) as reporting_lea_count
    from {{ ref('int_lea_spending__summed') }} as lea
    inner join ancestry on lea.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, lea.school_year

),

-- All of it, and the part that the state pays on behalf of LEAs.
part as (

    select
        spending.org_id,
        spending.school_year,
        part.facet,
        part.usd,
        case
            when part.usd < 0 then 'NEG_NET'
            when part.usd is not null then null
            when spending.reporting_lea_count = 0 then 'MISSING_INPUT'
            else 'NOT_COMPARABLE'
        end as reason_code
    from spending
    cross join
        lateral (values ('NONE', spending.current_expenditure_usd), ('ON_BEHALF', spending.on_behalf_usd)) as part (facet, usd)

)

select
    {{ indicator_row('current_expenditure', 'usd', value='usd', facet='facet') }}
from part
