with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'grant' and window_rank = 1

)

-- An award as the newest file has it that lists it.
select distinct on (awarded.lea_id, awarded.grant_code, awarded.award_year)
    awarded.lea_id,
    awarded.grant_code,
    cast(awarded.award_year as integer) as award_year,
    awarded.grant_name,
    awarded.assistance_listing,
    awarded.award_usd,
    awarded.begin_date,
    awarded.end_date,
    awarded.recurrence_code,
    awarded.goal_codes
from {{ ref('stg_grant') }} as awarded
inner join load_ranked on awarded.load_id = load_ranked.load_id and left(awarded.lea_id, 2) = load_ranked.owner_org_id
order by awarded.lea_id asc, awarded.grant_code asc, awarded.award_year asc, load_ranked.school_year desc
