with

coverage as (

    select
        extract,
        school_year,
        count(*) filter (where is_expected) as lea_expected,
        count(*) filter (where status_code = 'REPORTED') as lea_reported
    from {{ ref('submission_coverage') }}
    group by extract, school_year

),

current_release as (

    select * from {{ source('ops', 'current_release') }}
    where mart = 'submission_coverage'

),

previous as (

    select
        release_coverage.extract,
        release_coverage.school_year,
        release_coverage.lea_count
    from {{ source('ops', 'release_coverage') }} as release_coverage
    inner join current_release on release_coverage.release_id = current_release.release_id

),

-- In a warehouse of several states the strictest one decides.
minimum as (

    select max(value) as minimum_share
    from {{ source('ops', 'state_parameter') }}
    where parameter = 'minimum_coverage_share'

)

select
    coalesce(coverage.extract, previous.extract) as extract,
    coalesce(coverage.school_year, previous.school_year) as school_year,
    coalesce(coverage.lea_expected, 0) as lea_expected,
    coalesce(coverage.lea_reported, 0) as lea_reported,
    -- 0 before the first release that shows the extract.
    coalesce(previous.lea_count, 0) as previous_lea_reported,
    minimum.minimum_share
from coverage
full outer join previous on coverage.extract = previous.extract and coverage.school_year = previous.school_year
cross join minimum
