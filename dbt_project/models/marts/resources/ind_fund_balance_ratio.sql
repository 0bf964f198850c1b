with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

-- The general fund of years that are over; a deficit is a ratio below zero, and allowed.
general as (

    select
        cell.org_id,
        cell.school_year,
        sum(cell.unrestricted_usd) filter (where cell.is_full_year) as unrestricted_usd,
        sum(cell.unrestricted_base_usd) filter (where cell.is_full_year) as base_usd
    from {{ ref('fct_fund_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where cell.fund_code = '1'
    group by cell.org_id, cell.school_year

),

reasoned as (

    select
        *,
        case
            when base_usd is null then 'NOT_COMPARABLE'
            when base_usd = 0 then 'MISSING_INPUT'
            when base_usd < 0 then 'NEG_NET'
        end as reason_code
    from general

)

select
    {{ indicator_row('fund_balance_ratio', 'unrestricted_usd', 'base_usd') }}
from reasoned
