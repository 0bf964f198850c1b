with

account as (

    select * from {{ ref('int_finance_transaction__summed') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    account.fiscal_year,
    account.fund_code,
    account.function_code,
    account.object_code,
    account.program_code,
    account.school_code,
    cast(sum(account.line_count) as bigint) as line_count,
    sum(account.amount_usd) as amount_usd
from account
inner join ancestry on account.org_id = ancestry.org_id
group by
    ancestry.ancestor_org_id,
    account.fiscal_year,
    account.fund_code,
    account.function_code,
    account.object_code,
    account.program_code,
    account.school_code
