with

site as (

    select * from {{ ref('int_site__weighted') }}

),

-- The whole, and its parts by who pays, for whom, and from where.
summed as (

    select
        org_id,
        school_year,
        is_allocated,
        coalesce(facet, 'NONE') as facet,
        sum(direct_usd + central_usd) as current_usd
    from {{ ref('int_site__allocated') }}
    group by org_id, school_year, is_allocated, grouping sets ((facet), ())
    union all
    select
        allocated.org_id,
        allocated.school_year,
        allocated.is_allocated,
        origin.facet,
        sum(origin.current_usd) as current_usd
    from {{ ref('int_site__allocated') }} as allocated
    cross join
        lateral (
            values ('DIRECT', allocated.direct_usd), ('CENTRAL', allocated.central_usd)
        ) as origin (facet, current_usd)
    where allocated.is_allocated
    group by allocated.org_id, allocated.school_year, allocated.is_allocated, origin.facet

),

reasoned as (

    select
        summed.*,
        site.student_count,
        -- A site without pupils: its dollars are the LEA's and are divided by nobody (indicators.md 5.2).
        case
            when not summed.is_allocated then 'UNALLOCATED'
            when summed.current_usd < 0 then 'NEG_NET'
        end as reason_code
    from summed
    left join site on summed.org_id = site.org_id and summed.school_year = site.school_year

)

select
    {{ indicator_row(
        'site_per_pupil_expenditure', 'current_usd', 'student_count', n='student_count', facet='facet'
    ) }}
from reasoned
