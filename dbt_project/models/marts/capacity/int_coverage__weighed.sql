with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

reported as (

    select
        owner_org_id as lea_id,
        extract,
        school_year,
        row_count
    from {{ ref('int_load__ranked') }}
    where is_of_lea and window_rank = 1

),

-- Dollars of the LEA's own sites: its cell also holds the history of LEAs that it took over.
spending as (

    select
        leaf.lea_id,
        cell.school_year,
        sum(cell.expenditure_usd) as expenditure_usd
    from {{ ref('fct_ledger_cell') }} as cell
    inner join {{ ref('int_organisation__placed') }} as leaf
        on cell.org_id = leaf.org_id and leaf.org_type_code in ('SCHOOL', 'PSEUDO_CHILD')
    group by leaf.lea_id, cell.school_year

),

weight as (

    select
        answered.lea_id,
        answered.extract,
        answered.school_year,
        answered.row_count,
        reported.lea_id is not null as is_reported,
        case answered.extract when 'finance_ledger' then coalesce(spending.expenditure_usd, 0) end as expenditure_usd
    from {{ ref('int_coverage__inherited') }} as answered
    left join reported
        on
            answered.lea_id = reported.lea_id
            and answered.extract = reported.extract
            and answered.school_year = reported.school_year
    left join spending on answered.sender_id = spending.lea_id and answered.school_year = spending.school_year + 1

)

select
    ancestry.ancestor_org_id as org_id,
    coalesce(weight.extract, 'NONE') as extract,
    weight.school_year,
    {{ covered_share('weight.row_count', 'weight.is_reported') }} as row_coverage,
    {{ covered_share('greatest(weight.expenditure_usd, 0)', 'weight.is_reported') }} as dollar_coverage,
    case
        when sum(greatest(weight.expenditure_usd, 0)) > 0 then null
        when weight.extract <> 'finance_ledger' then 'NOT_APPLICABLE'
        when count(weight.expenditure_usd) = 0 then 'MISSING_INPUT'
        when min(weight.expenditure_usd) < 0 then 'NEG_NET'
        else 'NO_DOLLARS'
    end as dollar_coverage_reason_code
from weight
inner join ancestry on weight.lea_id = ancestry.org_id
group by ancestry.ancestor_org_id, weight.school_year, grouping sets ((weight.extract), ())
