with

rate as (

    select
        org_id,
        school_year,
        sum(pool_usd) as pool_usd,
        sum(direct_usd) as direct_usd,
        case
            when sum(pool_usd) < 0 or sum(direct_usd) < 0 then 'NEG_NET'
            when sum(direct_usd) = 0 then 'NO_DOLLARS'
        end as reason_code
    from {{ ref('int_indirect_cost__based') }}
    group by org_id, school_year

)

select
    {{ indicator_row('indirect_cost_rate', 'pool_usd', 'direct_usd') }}
from rate
