with

centred as (

    select
        *,
        min(usd) filter (where pupils_up_to >= all_pupils / 2) over (partition by org_id, school_year) as median_usd
    from {{ ref('int_lea_funding__ordered') }}

)

select
    org_id,
    school_year,
    count(*) as lea_count,
    count(poverty_share) as known_lea_count,
    cast(max(mean_usd) as numeric(18, 6)) as mean_usd,
    cast(max(median_usd) as numeric(18, 6)) as median_usd,
    cast(sqrt(sum(pupils * (usd - mean_usd) ^ 2) / max(all_pupils)) / max(mean_usd) as numeric(18, 6)) as variation,
    cast(sum(pupils * distance_below) / (max(all_pupils) ^ 2 * max(mean_usd)) as numeric(18, 6)) as gini,
    cast(
        sum(pupils * usd) filter (where usd <= median_usd)
        / (max(median_usd) * sum(pupils) filter (where usd <= median_usd)) as numeric(18, 6)
    ) as mcloone,
    {%- set covariance = 'sum(pupils * (usd - mean_known_usd) * (poverty_share - mean_poverty))' %}
    {%- set poverty_variance = 'nullif(sum(pupils * (poverty_share - mean_poverty) ^ 2), 0)' %}
    cast(
        {{ covariance }} / sqrt({{ poverty_variance }} * nullif(sum(
            pupils * (usd - mean_known_usd) ^ 2
        ) filter (where poverty_share is not null), 0)) as numeric(18, 6)
    ) as poverty_correlation,
    cast({{ covariance }} / {{ poverty_variance }} as numeric(18, 6)) as poverty_slope
from centred
group by org_id, school_year
