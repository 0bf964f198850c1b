with

expected as (

    select * from {{ ref('int_collection__expected') }}

),

reported as (

    select * from {{ ref('int_load__ranked') }}
    where is_of_lea and window_rank = 1

),

-- A file that speaks for an LEA may hold no row of it.
carried as (

    select distinct
        built_load.extract,
        built_load.school_year,
        sender_organisation.org_id as lea_id
    from {{ source('ops', 'built_load') }} as built_load
    inner join {{ source('ops', 'sender_organisation') }} as sender_organisation
        on built_load.sender_id = sender_organisation.sender_id

)

select
    coalesce(expected.extract, reported.extract) as extract,
    coalesce(expected.school_year, reported.school_year) as school_year,
    coalesce(expected.lea_id, reported.owner_org_id) as lea_id,
    expected.lea_id is not null as is_expected,
    case
        when reported.load_id is not null then 'REPORTED'
        when carried.lea_id is not null then 'EMPTY'
        else 'MISSING'
    end as status_code,
    expected.due_date,
    reported.window_code,
    coalesce(reported.row_count, 0) as row_count
from expected
full outer join reported
    on
        expected.extract = reported.extract
        and expected.school_year = reported.school_year
        and expected.lea_id = reported.owner_org_id
left join carried
    on
        expected.extract = carried.extract
        and expected.school_year = carried.school_year
        and expected.lea_id = carried.lea_id
