{%- set vacant_until = 'least(vacancy.closed_date, vacancy.untold_day, vacancy.last_day + 1)' -%}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'staff_vacancy' and window_rank = 1

),

-- The days of instruction, as weekdays from September to mid-June: no school calendar is collected. What is open after the
-- day that the LEA's file is for, nobody knows.
vacancy as (

    select
        vacancy.*,
        make_date(cast(vacancy.school_year as integer) - 1, 10, 1) as census_day,
        make_date(cast(vacancy.school_year as integer) - 1, 9, 1) as first_day,
        make_date(cast(vacancy.school_year as integer), 6, 15) as last_day,
        coalesce(least(vacancy.filled_date, vacancy.removed_date), cast('infinity' as date)) as closed_date,
        max(vacancy.census_date) over (partition by vacancy.lea_id, vacancy.school_year) + 1 as untold_day
    from {{ ref('stg_staff_vacancy') }} as vacancy
    inner join load_ranked on vacancy.load_id = load_ranked.load_id and vacancy.lea_id = load_ranked.owner_org_id

)

select
    vacancy.load_id,
    vacancy.line_number,
    {{ leaf_org_id('vacancy.lea_id') }} as org_id,
    vacancy.lea_id,
    cast(vacancy.school_year as integer) as school_year,
    vacancy.job_class_code,
    vacancy.fte,
    -- Vacant until the day on which somebody holds the position; a substitute does not hold it (indicators.md 3.6).
    -- A file for a day before October 1 cannot say.
    case
        when vacancy.untold_day > vacancy.census_day
            then vacancy.posted_date <= vacancy.census_day and vacancy.closed_date > vacancy.census_day
    end as is_vacant_in_october,
    cast(
        {{ weekdays('vacancy.first_day', 'least(vacancy.untold_day, vacancy.last_day + 1)') }}
        / cast({{ weekdays('vacancy.first_day', '(vacancy.last_day + 1)') }} as numeric) as numeric(24, 12)
    ) as told_share,
    cast(
        vacancy.fte
        * {{ weekdays('greatest(vacancy.posted_date, vacancy.first_day)', vacant_until) }}
        / cast({{ weekdays('vacancy.first_day', '(vacancy.last_day + 1)') }} as numeric) as numeric(24, 12)
    ) as vacant_fte_years
from vacancy
left join organisation as lea on vacancy.lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join organisation as school
    on vacancy.school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
