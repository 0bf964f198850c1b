with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_transaction' and window_rank = 1

),

-- The site is written in the LEA's own code; it is a school where the directory lists it under the LEA.
placed as (

    select
        {{ leaf_org_id('posting.lea_id') }} as org_id,
        posting.lea_id,
        posting.fiscal_year,
        {{ national_code('posting', 'fund') }} as fund_code,
        {{ national_code('posting', 'function') }} as function_code,
        {{ national_code('posting', 'object') }} as object_code,
        {{ national_code('posting', 'program') }} as program_code,
        posting.school_code,
        posting.amount_usd
    from {{ ref('stg_finance_transaction') }} as posting
    inner join load_ranked on posting.load_id = load_ranked.load_id and posting.lea_id = load_ranked.owner_org_id
    left join organisation as lea on posting.lea_id = lea.org_id and lea.org_type_code = 'LEA'
    left join organisation as school
        on
            posting.lea_id || '-' || posting.school_code = school.org_id
            and lea.org_id = school.lea_id
            and school.org_type_code = 'SCHOOL'
    {{ national_code_joins('posting') }}

)

-- Revenue and balance-sheet postings have no function, and a state may let a posting without an object count.
select
    org_id,
    lea_id,
    cast(fiscal_year as integer) as fiscal_year,
    coalesce(fund_code, 'NONE') as fund_code,
    coalesce(function_code, 'NONE') as function_code,
    coalesce(object_code, 'NONE') as object_code,
    coalesce(program_code, 'NONE') as program_code,
    coalesce(school_code, 'NONE') as school_code,
    count(*) as line_count,
    sum(amount_usd) as amount_usd
from placed
group by org_id, lea_id, fiscal_year, fund_code, function_code, object_code, program_code, school_code
