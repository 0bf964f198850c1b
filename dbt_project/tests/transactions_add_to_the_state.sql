-- Every posting that counts is in the state's account strings, to the cent.
with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'finance_transaction' and window_rank = 1

),

posted as (

    select
        left(load_ranked.owner_org_id, 2) as org_id,
        cast(posting.fiscal_year as integer) as fiscal_year,
        posting.amount_usd
    from {{ ref('stg_finance_transaction') }} as posting
    inner join load_ranked on posting.load_id = load_ranked.load_id and posting.lea_id = load_ranked.owner_org_id

),

sent as (

    select
        org_id,
        fiscal_year,
        count(*) as line_count,
        sum(amount_usd) as amount_usd
    from posted
    group by org_id, fiscal_year

),

summed as (

    select
        org_id,
        fiscal_year,
        sum(line_count) as line_count,
        sum(amount_usd) as amount_usd
    from {{ ref('fct_transaction_cell') }}
    where length(org_id) = 2
    group by org_id, fiscal_year

)

(
    select * from sent
    except
    select * from summed
)
union all
(
    select * from summed
    except
    select * from sent
)
