with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

placed as (

    select
        ancestry.ancestor_org_id as org_id,
        error.school_year,
        error.extract,
        error.open_days,
        error.is_closed
    from {{ ref('int_error__dated') }} as error
    inner join ancestry on error.lea_id = ancestry.org_id

),

-- Errors still open are at risk up to today; to drop them would flatter (Kaplan and Meier 1958).
day_of_closing as (

    select
        org_id,
        school_year,
        coalesce(extract, 'NONE') as facet,
        open_days,
        count(*) as error_count,
        count(*) filter (where is_closed) as closed_count
    from placed
    group by org_id, school_year, open_days, grouping sets ((extract), ())

),

exposed as (

    select
        *,
        sum(error_count) over (partition by org_id, school_year, facet order by open_days desc) as at_risk_count,
        sum(error_count) over (partition by org_id, school_year, facet) as all_count
    from day_of_closing

),

survival as (

    select
        *,
        {{ open_share('passed') }} as open_share
    from exposed
    window passed as (partition by org_id, school_year, facet order by open_days asc)

)

select
    org_id,
    school_year,
    facet,
    cast(min(open_days) filter (where open_share < 0.5 + 1e-9) as numeric(18, 6)) as median_days,
    cast(max(all_count) as bigint) as error_count
from survival
group by org_id, school_year, facet
