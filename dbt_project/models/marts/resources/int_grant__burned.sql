{%- set before = 'filter (where past.as_of_date < running.begin_date)' -%}
with

obligated as (

    select * from {{ ref('int_grant__obligated') }}

),

-- All awards of the grant that may be spent on the day.
running as (

    select
        obligated.lea_id,
        obligated.org_id,
        obligated.school_year,
        obligated.period_code,
        obligated.project_code,
        obligated.as_of_date,
        obligated.obligated_usd,
        {%- set on_the_day = 'filter (where obligated.as_of_date between awarded.begin_date and awarded.end_date)' %}
        sum(awarded.award_usd) {{ on_the_day }} as award_usd,
        min(awarded.begin_date) {{ on_the_day }} as begin_date,
        max(awarded.end_date) {{ on_the_day }} as end_date,
        -- The first day of the fiscal year in which the first of them begins.
        cast(
            date_trunc('year', min(awarded.begin_date) {{ on_the_day }} + interval '6 months') - interval '6 months' as date
        ) as year_date,
        max(awarded.end_date) filter (where awarded.end_date < obligated.as_of_date) as ended_date,
        case
            when count(awarded.grant_code) = 0 then 'MISSING_INPUT'
            when min(awarded.begin_date) > obligated.as_of_date then 'NOT_REACHED'
            when count(awarded.grant_code) {{ on_the_day }} = 0 then 'NOT_APPLICABLE'
        end as reason_code
    from obligated
    left join {{ ref('int_grant__awarded') }} as awarded
        on obligated.lea_id = awarded.lea_id and obligated.project_code = awarded.grant_code
    group by
        obligated.lea_id, obligated.org_id, obligated.school_year, obligated.period_code,
        obligated.project_code, obligated.as_of_date, obligated.obligated_usd

)

select
    left(running.org_id, -4) as org_id,
    running.school_year,
    running.period_code,
    running.project_code,
    cast(running.award_usd as numeric(18, 2)) as award_usd,
    -- What was committed in an earlier year is in the actual amounts of the year in which it was paid. Amounts are to date of the
    -- fiscal year: what came in it before the first day is another award's, and is not known if no period ends before.
    case
        when
            running.begin_date > running.year_date
            and running.ended_date >= running.year_date
            and count(past.lea_id) {{ before }} = 0
            then null
        else
            cast(
                running.obligated_usd
                + coalesce(sum(past.actual_usd) filter (where past.is_last_period and running.school_year > past.school_year), 0)
                - coalesce((array_agg(past.actual_usd order by past.as_of_date desc) {{ before }})[1], 0)
                as numeric(18, 2)
            )
    end as obligated_usd,
    running.as_of_date - running.begin_date + 1 as elapsed_days,
    running.end_date - running.begin_date + 1 as award_days,
    running.reason_code
from running
left join obligated as past
    on
        running.lea_id = past.lea_id
        and running.project_code = past.project_code
        and running.year_date <= past.as_of_date
        and ((past.is_last_period and running.school_year > past.school_year) or running.begin_date > past.as_of_date)
group by
    running.org_id, running.school_year, running.period_code, running.project_code, running.award_usd, running.obligated_usd,
    running.as_of_date, running.begin_date, running.end_date, running.ended_date, running.year_date, running.reason_code
