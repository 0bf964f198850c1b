with

ancestry as (

    select * from {{ ref('int_lea__rolled') }}
    where ancestor_type_code in ('SEA', 'REGION')

),

poverty as (

    select
        org_id,
        school_year,
        cast(sum(student_count) filter (where subgroup_code = 'ECODIS') as double precision)
        / nullif(sum(student_count) filter (where subgroup_code in ('ECODIS', 'NECODIS')), 0) as poverty_share
    from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL'
    group by org_id, school_year

),

-- LEAs whose year is over, whose pupils were counted and whose spending is above zero.
lea as (

    select
        ancestry.ancestor_org_id as org_id,
        spending.school_year,
        spending.org_id as lea_id,
        cast(spending.current_expenditure_usd as double precision) / spending.student_count as usd,
        cast(spending.student_count as double precision) as pupils,
        poverty.poverty_share
    from {{ ref('int_lea_spending__summed') }} as spending
    inner join ancestry on spending.org_id = ancestry.org_id
    left join poverty on spending.org_id = poverty.org_id and spending.school_year = poverty.school_year
    where spending.is_full_year and spending.student_count > 0 and spending.current_expenditure_usd > 0

)

-- In the order of spending, what lies below an LEA is a running sum: each pair is met once, in n log n steps.
select
    *,
    sum(pupils) over whole as all_pupils,
    sum(pupils * usd) over whole / sum(pupils) over whole as mean_usd,
    sum(pupils) over below as pupils_up_to,
    coalesce(sum(pupils) over below, 0) * usd - coalesce(sum(pupils * usd) over below, 0) as distance_below,
    sum(pupils) filter (where poverty_share is not null) over whole as known_pupils,
    sum(pupils * poverty_share) over whole / sum(pupils) filter (where poverty_share is not null) over whole as mean_poverty,
    sum(pupils * usd) filter (where poverty_share is not null) over whole
    / sum(pupils) filter (where poverty_share is not null) over whole as mean_known_usd
from lea
window
    whole as (partition by org_id, school_year),
    below as (partition by org_id, school_year order by usd, lea_id)
