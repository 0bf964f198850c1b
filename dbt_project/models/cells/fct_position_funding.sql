with

position as (

    select * from {{ ref('int_position__funded') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    position.school_year,
    position.project_code,
    position.is_ending,
    sum(position.fte) as fte,
    sum(position.salary_usd) as salary_usd
from position
inner join ancestry on position.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, position.school_year, position.project_code, position.is_ending
