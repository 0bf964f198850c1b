with

burned as (

    select
        *,
        project_code || ':' || period_code as facet,
        reason_code as award_reason_code,
        coalesce(
            reason_code,
            case
                when obligated_usd is null then 'NOT_COMPARABLE'
                when obligated_usd < 0 then 'NEG_NET'
                when award_usd = 0 then 'NO_DOLLARS'
            end
        ) as burn_reason_code,
        -- obligated / award < elapsed - 1/5, multiplied out: no rounding decides at the boundary.
        5 * obligated_usd * award_days < award_usd * (5 * elapsed_days - award_days) as is_behind,
        3 * elapsed_days < 2 * award_days as is_early
    from {{ ref('int_grant__burned') }}

),

judged as (

    select
        *,
        coalesce(burn_reason_code, case when is_early then 'NOT_REACHED' end) as risk_reason_code
    from burned

)

select
    {{ indicator_row('grant_burn', 'obligated_usd', 'award_usd', reason_code='burn_reason_code', facet='facet') }}
from judged
union all
-- What it is to be held against.
select
    {{ indicator_row('grant_burn', 'elapsed_days', 'award_days', reason_code='award_reason_code', facet="facet || ':ELAPSED'") }}
from judged
union all
select
    {%- set risk = 'case when risk_reason_code is null then cast(is_behind as integer) end' %}
    {{ indicator_row('grant_burn', value=risk, reason_code='risk_reason_code', facet="facet || ':LAPSE_RISK'") }}
from judged
