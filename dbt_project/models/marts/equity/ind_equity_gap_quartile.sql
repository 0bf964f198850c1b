with

summed as (

    select
        *,
        rate_4 - rate_1 as gap,
        sqrt(rate_1 * (1 - rate_1) / nullif(known_1, 0) + rate_4 * (1 - rate_4) / nullif(known_4, 0)) as gap_standard_error
    from {{ ref('int_equity_quartile__summed') }}

)

select
    {{ indicator_row(
        'equity_gap_quartile', value='gap', standard_error='gap_standard_error', n='smaller_known', contrast_id='contrast_id', facet='facet'
    ) }}
from summed
