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

spending as (

    select
        org_id as lea_id,
        'finance_ledger' as extract,
        school_year,
        sum(expenditure_usd) as expenditure_usd
    from {{ ref('fct_ledger_cell') }}
    group by org_id, school_year

),

-- What the LEA sent of the year before says how much is missing without it.
weight as (

    select
        expected.lea_id,
        expected.extract,
        expected.school_year,
        reported.lea_id is not null as is_reported,
        earlier.row_count,
        spending.expenditure_usd
    from {{ ref('int_collection__expected') }} as expected
    inner join reported as earlier
        on
            expected.lea_id = earlier.lea_id
            and expected.extract = earlier.extract
            and expected.school_year = earlier.school_year + 1
    left join reported
        on
            expected.lea_id = reported.lea_id
            and expected.extract = reported.extract
            and expected.school_year = reported.school_year
    left join spending
        on
            earlier.lea_id = spending.lea_id
            and earlier.extract = spending.extract
            and earlier.school_year = spending.school_year

)

select
    ancestry.ancestor_org_id as org_id,
    coalesce(weight.extract, 'NONE') as extract,
    weight.school_year,
    {{ covered_share('weight.row_count', 'weight.is_reported') }} as row_coverage,
    {{ covered_share('weight.expenditure_usd', 'weight.is_reported') }} as dollar_coverage
from weight
inner join ancestry on weight.lea_id = ancestry.org_id
group by ancestry.ancestor_org_id, weight.school_year, grouping sets ((weight.extract), ())
