with

rate as (

    select
        *,
        value as rate
    from {{ ref('ind_indirect_cost_rate') }}

),

-- What each grant may be charged at most; the charge itself has no account of its own in the chart.
allowed as (

    select
        based.org_id,
        based.school_year,
        based.project_code,
        based.direct_usd,
        case
            when rate.reason_code is null then rate.numerator / rate.denominator * based.direct_usd
        end as allowed_usd,
        case when based.direct_usd < 0 then 'NEG_NET' else rate.reason_code end as reason_code
    from {{ ref('int_indirect_cost__based') }} as based
    inner join rate on based.org_id = rate.org_id and based.school_year = rate.school_year
    where based.project_code <> 'NONE'

)

select
    {{ indicator_row(
        'indirect_cost_recovery',
        'allowed_usd',
        value='case when reason_code is null then allowed_usd end',
        facet='project_code'
    ) }}
from allowed
