with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code = 'LEA'

),

reported as (

    select * from {{ ref('int_load__ranked') }}
    where is_of_lea and window_rank = 1

),

-- The further an LEA is from the last that took over, the more LEAs are above it.
lea as (

    select
        org_id,
        count(*) as ancestor_count
    from ancestry
    group by org_id

)

select distinct on (reported.owner_org_id, expected.extract, expected.school_year)
    reported.owner_org_id as sender_id,
    expected.lea_id,
    expected.extract,
    expected.school_year,
    reported.row_count
from reported
inner join ancestry on reported.owner_org_id = ancestry.org_id
inner join lea on ancestry.ancestor_org_id = lea.org_id
inner join {{ ref('int_collection__expected') }} as expected
    on
        lea.org_id = expected.lea_id
        and reported.extract = expected.extract
        and reported.school_year + 1 = expected.school_year
order by reported.owner_org_id asc, expected.extract asc, expected.school_year asc, lea.ancestor_count desc
