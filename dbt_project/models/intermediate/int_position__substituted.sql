{%- set first_day = 'greatest(assignment.begin_date, reported.first_day)' -%}
with

vacancy as (

    select * from {{ ref('int_vacancy__dated') }}

),

-- What the LEA's file of vacancies tells, and up to which day.
reported as (

    select
        lea_id,
        school_year,
        make_date(school_year - 1, 10, 1) as census_day,
        make_date(school_year - 1, 9, 1) as first_day,
        make_date(school_year, 6, 15) + 1 as end_day,
        max(untold_day) as untold_day
    from vacancy
    group by lea_id, school_year

),

-- Who substitutes for more than 20 days covers a position that nobody holds (indicators.md 3.6). Nothing tells which substitute
-- covers which posting, so that what a school has posted as covered by one is taken off.
covered as (

    select
        assignment.org_id,
        assignment.lea_id,
        assignment.school_year,
        assignment.job_class_code,
        case
            when reported.census_day between assignment.begin_date and coalesce(assignment.end_date, reported.end_day)
                then assignment.fte
            else 0
        end as fte,
        assignment.fte
        * {{ weekdays(first_day, 'least(assignment.end_date + 1, reported.end_day, reported.untold_day)') }}
        / cast({{ weekdays('reported.first_day', 'reported.end_day') }} as numeric) as vacant_fte_years
    from {{ ref('int_staff__capped') }} as assignment
    inner join reported on assignment.lea_id = reported.lea_id and assignment.school_year = reported.school_year
    where assignment.is_substitute and {{ weekdays(first_day, 'least(assignment.end_date + 1, reported.end_day)') }} > 20
    union all
    select
        org_id,
        lea_id,
        school_year,
        job_class_code,
        case when is_vacant_in_october then -fte else 0 end as fte,
        -vacant_fte_years as vacant_fte_years
    from vacancy
    where covered_by_code = 'LONG_TERM_SUBSTITUTE'

)

select
    covered.org_id,
    covered.lea_id,
    covered.school_year,
    covered.job_class_code,
    greatest(0, sum(covered.fte)) as fte,
    cast(greatest(0, sum(covered.vacant_fte_years)) as numeric(24, 12)) as vacant_fte_years
from covered
group by covered.org_id, covered.lea_id, covered.school_year, covered.job_class_code
having sum(covered.fte) > 0 or sum(covered.vacant_fte_years) > 0
