with

burned as (

    select
        org_id,
        school_year,
        project_code || ':' || period_code as facet,
        obligated_usd,
        award_usd,
        case
            when obligated_usd < 0 then 'NEG_NET'
            when award_usd = 0 then 'MISSING_INPUT'
        end as reason_code
    from {{ ref('int_grant__burned') }}

)

select
    {{ indicator_row('grant_burn', 'obligated_usd', 'award_usd', facet='facet') }}
from burned
