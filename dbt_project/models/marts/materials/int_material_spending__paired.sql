with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

-- Books, supplies for technology, software, for instruction and its improvement (NCES 2015-347).
spent as (

    select
        cell.org_id,
        cell.school_year,
        sum(cell.expenditure_usd) as material_usd
    from {{ ref('fct_ledger_cell') }} as cell
    inner join lea on cell.org_id = lea.org_id
    where
        cell.is_full_year
        and (cell.function_code like '1%' or cell.function_code like '221%')
        and cell.object_code in ('640', '641', '642', '643', '644', '645', '650', '735')
    group by cell.org_id, cell.school_year

),

adopted as (

    select
        cell.org_id,
        cell.school_year,
        sum(cell.spending_line_count) as spending_line_count,
        sum(cell.high_quality_usd) as high_quality_usd
    from {{ ref('fct_materials_cell') }} as cell
    inner join lea on cell.org_id = lea.org_id
    group by cell.org_id, cell.school_year

)

-- LEAs of which both are known; the others are counted.
select
    ancestry.ancestor_org_id as org_id,
    adopted.school_year,
    count(*) filter (where spent.org_id is null or adopted.spending_line_count = 0) as missing_lea_count,
    sum(adopted.high_quality_usd) filter (where adopted.spending_line_count > 0 and spent.org_id is not null)
        as high_quality_usd,
    sum(spent.material_usd) filter (where adopted.spending_line_count > 0) as material_usd
from adopted
inner join ancestry on adopted.org_id = ancestry.org_id
left join spent on adopted.org_id = spent.org_id and adopted.school_year = spent.school_year
group by ancestry.ancestor_org_id, adopted.school_year
