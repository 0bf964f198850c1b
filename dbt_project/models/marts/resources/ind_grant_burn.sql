with

burned as (

    select
        *,
        project_code || ':' || period_code as facet,
        case
            when obligated_usd < 0 then 'NEG_NET'
            when award_usd = 0 then 'NO_DOLLARS'
        end as reason_code
    from {{ ref('int_grant__burned') }}

)

select
    {{ indicator_row('grant_burn', 'obligated_usd', 'award_usd', facet='facet') }}
from burned
union all
-- What it is to be held against.
select
    {{ indicator_row('grant_burn', value='elapsed_share', reason_code='null', facet="facet || ':ELAPSED'") }}
from burned
