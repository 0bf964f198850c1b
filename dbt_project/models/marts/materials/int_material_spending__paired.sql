with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

-- Books, supplies for technology, software, for instruction and its improvement (NCES 2015-347); no such line is none.
spent as (

    select
        cell.org_id,
        cell.school_year,
        coalesce(sum(cell.expenditure_usd) filter (
            where (cell.function_code like '1%' or cell.function_code like '221%')
            and cell.object_code in ('640', '641', '642', '643', '644', '645', '650', '735')
        ), 0) as material_usd
    from {{ ref('fct_ledger_cell') }} as cell
    inner join lea on cell.org_id = lea.org_id
    where cell.is_full_year
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

),

-- Pupils on the census day: of so few that the state shows nothing, nothing is shown here either.
student as (

    select * from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL' and subgroup_dimension_code = 'all'

),

-- To regions and the state are added LEAs whose books have as much as they say they spent; in its own row each says why not.
paired as (

    select
        adopted.*,
        ancestry.ancestor_org_id,
        spent.material_usd,
        student.student_count,
        adopted.spending_line_count > 0 and spent.org_id is not null
        and (adopted.high_quality_usd <= spent.material_usd or adopted.org_id = ancestry.ancestor_org_id) as is_known
    from adopted
    inner join {{ ref('int_lea__rolled') }} as ancestry on adopted.org_id = ancestry.org_id
    left join spent on adopted.org_id = spent.org_id and adopted.school_year = spent.school_year
    left join student on adopted.org_id = student.org_id and adopted.school_year = student.school_year

)

select
    ancestor_org_id as org_id,
    school_year,
    count(*) filter (where not is_known) as missing_lea_count,
    sum(high_quality_usd) filter (where is_known) as high_quality_usd,
    sum(material_usd) filter (where is_known) as material_usd,
    sum(high_quality_usd) filter (where is_known and student_count is not null) as counted_high_quality_usd,
    sum(material_usd) filter (where is_known and student_count is not null) as counted_material_usd,
    sum(student_count) filter (where is_known) as student_count
from paired
group by ancestor_org_id, school_year
