with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

ancestry as (

    select * from {{ ref('int_lea__rolled') }}

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

paired as (

    select
        adopted.*,
        spent.material_usd,
        student.student_count,
        adopted.spending_line_count > 0 and spent.org_id is not null as is_known,
        adopted.spending_line_count > 0 and spent.org_id is not null and student.student_count is not null as is_counted
    from adopted
    left join spent on adopted.org_id = spent.org_id and adopted.school_year = spent.school_year
    left join student on adopted.org_id = student.org_id and adopted.school_year = student.school_year

)

-- LEAs of which both are known; the others are counted.
select
    ancestry.ancestor_org_id as org_id,
    paired.school_year,
    count(*) filter (where not paired.is_known) as missing_lea_count,
    sum(paired.high_quality_usd) filter (where paired.is_known) as high_quality_usd,
    sum(paired.material_usd) filter (where paired.is_known) as material_usd,
    sum(paired.high_quality_usd) filter (where paired.is_counted) as counted_high_quality_usd,
    sum(paired.material_usd) filter (where paired.is_counted) as counted_material_usd,
    sum(paired.student_count) filter (where paired.is_known) as student_count
from paired
inner join ancestry on paired.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, paired.school_year
