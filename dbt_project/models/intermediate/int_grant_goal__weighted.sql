with

newest as (

    select distinct on (lea_id, grant_code)
        lea_id,
        grant_code,
        goal_codes
    from {{ ref('int_grant__awarded') }}
    order by lea_id asc, grant_code asc, award_year desc

),

named as (

    select distinct
        newest.lea_id,
        newest.grant_code,
        goal.goal_code
    from newest
    cross join lateral regexp_split_to_table(newest.goal_codes, ' +') as goal (goal_code)
    where goal.goal_code <> ''

),

counted as (

    select
        *,
        row_number() over grant_goals as goal_number,
        count(*) over (partition by lea_id, grant_code) as goal_count
    from named
    window grant_goals as (partition by lea_id, grant_code order by goal_code)

)

-- Equal parts; the first takes what rounding leaves, so that a grant is 1.
select
    lea_id,
    grant_code,
    goal_code,
    cast(
        case goal_number
            when 1 then 1 - (goal_count - 1) * round(1.0 / goal_count, 6)
            else round(1.0 / goal_count, 6)
        end as numeric(7, 6)
    ) as weight
from counted
