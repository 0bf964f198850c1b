with

site as (

    select * from {{ ref('int_site__weighted') }}

),

-- Dollars of schools with their part of the central ones, so that elementary and secondary are judged apart (IDEA Appendix A).
spending as (

    select
        site.lea_id as org_id,
        site.school_year,
        site.level_code,
        sum(allocated.direct_usd + allocated.central_usd) as current_usd,
        coalesce(
            sum(allocated.direct_usd + allocated.central_usd) filter (where allocated.is_special_education), 0
        ) as special_usd
    from site
    inner join {{ ref('int_site__allocated') }} as allocated
        on site.org_id = allocated.org_id and site.school_year = allocated.school_year and allocated.is_allocated
    group by site.lea_id, site.school_year, site.level_code

),

student as (

    select
        lea_id as org_id,
        school_year,
        level_code,
        sum(student_count) as student_count,
        sum(disability_count) as disability_count
    from site
    group by lea_id, school_year, level_code

),

compared as (

    select
        spending.org_id,
        spending.school_year,
        spending.level_code,
        spending.special_usd,
        student.disability_count * spending.current_usd / student.student_count as average_cost_usd,
        case
            when student.disability_count = 0 then 'NO_STUDENTS'
            when spending.special_usd < 0 or spending.current_usd < 0 then 'NEG_NET'
            when spending.current_usd = 0 then 'NO_DOLLARS'
        end as reason_code
    from spending
    inner join student
        on
            spending.org_id = student.org_id
            and spending.school_year = student.school_year
            and spending.level_code = student.level_code

)

select
    {{ indicator_row('excess_cost', 'special_usd', 'average_cost_usd', facet='level_code') }}
from compared
