with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

)

-- Pool: current expenditure on general administration and central services that no grant pays. Base: all else but capital, debt
-- and what is contracted out to LEAs and other agencies (2 CFR 200 Appendix VII; objects 56x and 59x).
select
    cell.org_id,
    cell.school_year,
    cell.project_code,
    coalesce(sum(cell.current_expenditure_usd) filter (
        where left(cell.function_code, 2) in ('23', '25') and cell.funding_level_code <> 'federal' and cell.project_code = 'NONE'
    ), 0) as pool_usd,
    coalesce(sum(
        cell.other_excluded_usd
        + case
            when
                left(cell.function_code, 2) in ('23', '25')
                and cell.funding_level_code <> 'federal'
                and cell.project_code = 'NONE'
                then 0
            else cell.current_expenditure_usd
        end
    ) filter (where left(cell.object_code, 2) not in ('56', '59')), 0) as direct_usd
from {{ ref('fct_ledger_cell') }} as cell
inner join lea on cell.org_id = lea.org_id
where cell.is_full_year
group by cell.org_id, cell.school_year, cell.project_code
