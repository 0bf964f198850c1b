with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

attempt as (

    select
        lea_id,
        extract,
        school_year,
        max(received_at) filter (where not is_accepted) as refused_at
    from {{ ref('int_submission__attempted') }}
    group by lea_id, extract, school_year

),

reported as (

    select
        ranked.owner_org_id as lea_id,
        ranked.extract,
        ranked.school_year,
        ranked.row_count,
        owned.received_at
    from {{ ref('int_load__ranked') }} as ranked
    inner join {{ ref('int_load__owned') }} as owned
        on ranked.load_id = owned.load_id and ranked.owner_org_id = owned.owner_org_id
    where ranked.is_of_lea and ranked.window_rank = 1

),

lea as (

    select
        coalesce(expected.lea_id, reported.lea_id) as lea_id,
        coalesce(expected.extract, reported.extract) as extract,
        coalesce(expected.school_year, reported.school_year) as school_year,
        expected.lea_id is not null as is_expected,
        reported.row_count,
        reported.received_at
    from {{ ref('int_collection__expected') }} as expected
    full outer join reported
        on
            expected.lea_id = reported.lea_id
            and expected.extract = reported.extract
            and expected.school_year = reported.school_year

)

select
    ancestry.ancestor_org_id as org_id,
    coalesce(lea.extract, 'NONE') as extract,
    lea.school_year,
    cast(count(*) filter (where lea.is_expected) as bigint) as lea_expected_count,
    cast(count(lea.received_at) as bigint) as lea_reported_count,
    -- Its last good file stands for a newer one that was not accepted.
    cast(count(*) filter (where attempt.refused_at > lea.received_at) as bigint) as lea_carried_forward_count,
    cast(count(*) filter (where lea.is_expected and lea.received_at is null) as bigint) as lea_missing_count,
    cast(coalesce(sum(lea.row_count), 0) as bigint) as row_count,
    cast(max(lea.received_at) at time zone 'UTC' as date) as vintage_date
from lea
inner join ancestry on lea.lea_id = ancestry.org_id
left join attempt
    on lea.lea_id = attempt.lea_id and lea.extract = attempt.extract and lea.school_year = attempt.school_year
-- All extracts together, NONE, count collections rather than LEAs.
group by ancestry.ancestor_org_id, lea.school_year, grouping sets ((lea.extract), ())
