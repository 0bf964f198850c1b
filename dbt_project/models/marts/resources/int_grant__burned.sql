with

grant_running as (

    select * from {{ ref('int_grant__awarded') }}

),

-- Of a year that is followed by another, its last period; of the latest, every period that came.
spent as (

    select
        lea_id,
        org_id,
        school_year,
        period_code,
        project_code,
        as_of_date,
        actual_usd + encumbered_usd as obligated_usd,
        row_number() over (
            partition by lea_id, school_year, project_code
            order by array_position(array['AUD', 'UNAUD', 'Q4', 'Q3', 'Q2', 'Q1'], period_code)
        ) as period_rank
    from {{ ref('int_budget__compared') }}
    where period_code <> 'BUDGET' and project_code <> 'NONE'

),

-- All awards of the grant that may be spent on the day.
awarded as (

    select
        spent.lea_id,
        spent.org_id,
        spent.school_year,
        spent.period_code,
        spent.project_code,
        spent.as_of_date,
        spent.obligated_usd,
        sum(grant_running.award_usd) as award_usd,
        min(grant_running.begin_date) as begin_date,
        max(grant_running.end_date) as end_date
    from spent
    inner join grant_running
        on
            spent.lea_id = grant_running.lea_id
            and spent.project_code = grant_running.grant_code
            and spent.as_of_date between grant_running.begin_date and grant_running.end_date
    group by
        spent.lea_id, spent.org_id, spent.school_year, spent.period_code,
        spent.project_code, spent.as_of_date, spent.obligated_usd

)

select
    left(awarded.org_id, -4) as org_id,
    awarded.school_year,
    awarded.period_code,
    awarded.project_code,
    awarded.award_usd,
    awarded.obligated_usd + coalesce(sum(earlier.obligated_usd), 0) as obligated_usd,
    cast(
        cast(awarded.as_of_date - awarded.begin_date + 1 as numeric)
        / (awarded.end_date - awarded.begin_date + 1) as numeric(18, 6)
    ) as elapsed_share
from awarded
left join spent as earlier
    on
        awarded.lea_id = earlier.lea_id
        and awarded.project_code = earlier.project_code
        and awarded.school_year > earlier.school_year
        and awarded.begin_date <= earlier.as_of_date
        and earlier.period_rank = 1
group by
    awarded.org_id, awarded.school_year, awarded.period_code, awarded.project_code, awarded.award_usd,
    awarded.obligated_usd, awarded.as_of_date, awarded.begin_date, awarded.end_date
