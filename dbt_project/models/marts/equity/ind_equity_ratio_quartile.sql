with

summed as (

    select
        org_id,
        school_year,
        contrast_id,
        facet,
        rate_4 / nullif(rate_1, 0) as ratio,
        smaller_known,
        -- Without a single flagged teacher in the richest schools there is nothing to be a multiple of.
        coalesce(reason_code, case when rate_1 = 0 then 'NO_VARIATION' end) as reason_code
    from {{ ref('int_equity_quartile__summed') }}

)

select
    {{ indicator_row(
        'equity_ratio_quartile', value='ratio', n='smaller_known', contrast_id='contrast_id', facet='facet'
    ) }}
from summed
