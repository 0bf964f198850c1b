with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

-- Every extract, and all of them together: sums, divided once where they are shown.
select
    ancestry.ancestor_org_id as org_id,
    answered.school_year,
    coalesce(answered.extract, 'NONE') as facet,
    count(*) as due_count,
    count(*) filter (where answered.is_on_time) as on_time_count,
    count(*) filter (where answered.is_attempted) as attempted_count,
    count(*) filter (where answered.is_first_pass) as first_pass_count,
    cast(sum(answered.required_cell_count) as bigint) as required_cell_count,
    cast(sum(answered.filled_cell_count) as bigint) as filled_cell_count,
    -- A median does not add, so every level works out its own.
    cast(percentile_cont(0.5) within group (order by answered.days_late asc) as numeric(18, 6)) as median_days_late
from {{ ref('int_collection__answered') }} as answered
inner join ancestry on answered.lea_id = ancestry.org_id
group by ancestry.ancestor_org_id, answered.school_year, grouping sets ((answered.extract), ())
