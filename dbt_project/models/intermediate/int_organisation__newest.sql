with

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'org_directory' and window_rank = 1

),

directory as (

    select * from {{ ref('stg_org_directory') }}
    where org_id not like '%-000'

)

-- An organisation that a newer directory no longer lists stays as the older one described it: closed schools keep their history.
select distinct on (directory.org_id) directory.*
from directory
inner join load_ranked
    on directory.load_id = load_ranked.load_id and left(directory.org_id, 2) = load_ranked.owner_org_id
order by directory.org_id asc, directory.submission_school_year desc
