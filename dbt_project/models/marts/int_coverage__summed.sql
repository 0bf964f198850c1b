with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

received as (

    select
        load_ranked.extract,
        load_ranked.school_year,
        load_ranked.owner_org_id as lea_id,
        cast(max(load_owned.received_at) at time zone 'UTC' as date) as received_date
    from {{ ref('int_load__ranked') }} as load_ranked
    inner join {{ ref('int_load__owned') }} as load_owned
        on load_ranked.load_id = load_owned.load_id and load_ranked.owner_org_id = load_owned.owner_org_id
    where load_ranked.window_rank = 1
    group by load_ranked.extract, load_ranked.school_year, load_ranked.owner_org_id

)

select
    ancestry.ancestor_org_id as org_id,
    coverage.school_year,
    coverage.extract,
    count(*) filter (where coverage.is_expected) as lea_expected_count,
    count(*) filter (where coverage.status_code = 'REPORTED') as lea_reported_count,
    count(*) filter (where coverage.is_expected and coverage.status_code <> 'REPORTED') as lea_missing_count,
    max(received.received_date) as vintage_date
from {{ ref('submission_coverage') }} as coverage
inner join ancestry on coverage.lea_id = ancestry.org_id
left join received
    on
        coverage.extract = received.extract
        and coverage.school_year = received.school_year
        and coverage.lea_id = received.lea_id
group by ancestry.ancestor_org_id, coverage.school_year, coverage.extract
