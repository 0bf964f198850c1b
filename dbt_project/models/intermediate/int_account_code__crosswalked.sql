with

newest as (

    select distinct on (owner_org_id)
        load_id,
        owner_org_id as state_code
    from {{ ref('int_load__ranked') }}
    where extract = 'account_crosswalk' and window_rank = 1
    order by owner_org_id asc, school_year desc

),

-- The fiscal years (July to June) in which a meaning held on any day.
meant as (

    select
        newest.state_code,
        crosswalk.dimension_code,
        crosswalk.code,
        crosswalk.nces_code,
        crosswalk.valid_from_date,
        extract(year from crosswalk.valid_from_date + interval '6 months') as first_year,
        extract(year from coalesce(crosswalk.valid_to_date, date '9999-06-30') + interval '6 months') as last_year
    from {{ ref('stg_account_crosswalk') }} as crosswalk
    inner join newest on crosswalk.load_id = newest.load_id

),

-- Of two meanings in one year the later one holds for all of it: books are told by year, so a code has one meaning in each.
followed as (

    select
        *,
        lead(first_year) over (partition by state_code, dimension_code, code order by valid_from_date) - 1 as year_before_next
    from meant

)

select
    state_code,
    dimension_code,
    code,
    nces_code,
    cast(first_year as integer) as first_year,
    cast(least(last_year, year_before_next) as integer) as last_year
from followed
-- Codes that are national themselves stay as they are sent.
where code <> nces_code and first_year <= least(last_year, year_before_next)
