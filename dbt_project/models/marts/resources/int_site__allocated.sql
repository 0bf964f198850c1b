with

spending as (

    select * from {{ ref('int_site_spending__summed') }}

),

site as (

    select * from {{ ref('int_site__weighted') }}

),

-- What stands at a school that has pupils is the school's, at any other the LEA's; what stands at the LEA is shared out.
direct as (

    select
        spending.*,
        site.student_count
    from spending
    left join site on spending.org_id = site.org_id and spending.school_year = site.school_year
    where spending.org_type_code = 'SCHOOL'

),

central as (

    select
        spending.*,
        site.org_id as site_id,
        site.student_count,
        spending.current_usd * case when spending.is_special_education then site.disability_share else site.pupil_share end
            as share_usd
    from spending
    left join site on spending.lea_id = site.lea_id and spending.school_year = site.school_year
    where spending.org_type_code = 'PSEUDO_CHILD'

),

part as (

    select
        case when student_count is null then lea_id else org_id end as org_id,
        lea_id,
        school_year,
        facet,
        is_special_education,
        student_count is not null as is_allocated,
        current_usd as direct_usd,
        0 as central_usd
    from direct
    union all
    -- Of an LEA without a pupil at any site, nothing can be shared out.
    select
        coalesce(site_id, lea_id) as org_id,
        lea_id,
        school_year,
        facet,
        is_special_education,
        site_id is not null as is_allocated,
        case when site_id is null then current_usd else 0 end as direct_usd,
        coalesce(share_usd, 0) as central_usd
    from central

)

select
    org_id,
    lea_id,
    school_year,
    facet,
    is_special_education,
    is_allocated,
    cast(sum(direct_usd) as numeric(22, 8)) as direct_usd,
    cast(sum(central_usd) as numeric(22, 8)) as central_usd
from part
group by org_id, lea_id, school_year, facet, is_special_education, is_allocated
