with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

spending as (

    select
        ledger_cell.org_id,
        ledger_cell.school_year,
        bool_and(ledger_cell.is_full_year) as is_full_year,
        sum(ledger_cell.current_expenditure_usd) as current_expenditure_usd,
        -- What the state pays for the LEA, such as pensions (NCES 2015-347, object 240).
        coalesce(sum(ledger_cell.current_expenditure_usd) filter (where ledger_cell.object_code like '24%'), 0) as on_behalf_usd
    from {{ ref('fct_ledger_cell') }} as ledger_cell
    inner join lea on ledger_cell.org_id = lea.org_id
    group by ledger_cell.org_id, ledger_cell.school_year

),

-- What the LEA's own sites spent: its cell also holds the history of LEAs that it took over.
own as (

    select
        leaf.lea_id as org_id,
        cell.school_year,
        sum(cell.current_expenditure_usd) as own_site_usd
    from {{ ref('fct_ledger_cell') }} as cell
    inner join {{ ref('int_organisation__placed') }} as leaf
        on cell.org_id = leaf.org_id and leaf.org_type_code in ('SCHOOL', 'PSEUDO_CHILD')
    where cell.is_full_year
    group by leaf.lea_id, cell.school_year

),

membership as (

    select
        cell.org_id,
        cell.school_year,
        cell.student_count
    from {{ ref('fct_enrollment_cell') }} as cell
    inner join lea on cell.org_id = lea.org_id
    where cell.grade_code = 'ALL' and cell.subgroup_dimension_code = 'all'

)

select
    coalesce(spending.org_id, membership.org_id) as org_id,
    coalesce(spending.school_year, membership.school_year) as school_year,
    spending.is_full_year,
    spending.current_expenditure_usd,
    spending.on_behalf_usd,
    own.own_site_usd,
    membership.student_count
from spending
left join own on spending.org_id = own.org_id and spending.school_year = own.school_year
full outer join membership on spending.org_id = membership.org_id and spending.school_year = membership.school_year
