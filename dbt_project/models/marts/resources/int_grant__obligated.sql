with

awarded as (

    select * from {{ ref('int_grant__awarded') }}

),

spent as (

    select * from {{ ref('int_budget__compared') }}
    where period_code <> 'BUDGET'

),

-- Beside the grants that pay for something, those that run and of which nobody has spent: they are the first to lapse.
line as (

    select
        lea_id,
        org_id,
        school_year,
        period_code,
        as_of_date,
        project_code,
        actual_usd,
        actual_usd + encumbered_usd as obligated_usd
    from spent
    where project_code <> 'NONE'
    union all
    select
        spent.lea_id,
        spent.org_id,
        spent.school_year,
        spent.period_code,
        spent.as_of_date,
        awarded.grant_code as project_code,
        0 as actual_usd,
        0 as obligated_usd
    from spent
    inner join awarded
        on spent.lea_id = awarded.lea_id and spent.as_of_date between awarded.begin_date and awarded.end_date

)

select
    lea_id,
    org_id,
    school_year,
    period_code,
    project_code,
    max(as_of_date) as as_of_date,
    cast(sum(actual_usd) as numeric(18, 2)) as actual_usd,
    cast(sum(obligated_usd) as numeric(18, 2)) as obligated_usd,
    -- Of a year that is followed by another, its last period counts; of the latest, every period that came.
    row_number() over (
        partition by lea_id, school_year, project_code
        order by array_position(array['AUD', 'UNAUD', 'Q4', 'Q3', 'Q2', 'Q1'], period_code)
    ) = 1 as is_last_period
from line
group by lea_id, org_id, school_year, period_code, project_code
