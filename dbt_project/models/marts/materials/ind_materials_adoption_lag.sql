with

{{ materials_by_scope() }},

-- The school year of the first listing for the subject: July begins a year.
listing as (

    select
        state_code,
        subject_code,
        cast(extract(year from min(listed_date) + interval '6 months') as integer) as listed_year
    from {{ ref('int_material__listed') }}
    where listed_date > cast('-infinity' as date)
    group by state_code, subject_code

),

reached as (

    select
        org_id,
        subject_code,
        max(school_year) as last_year,
        min(school_year) filter (where high_quality_student_count >= 0.8 * student_count) as reached_year,
        max(student_count) as student_count
    from scoped
    where grade_code = 'ALL' and subject_code <> 'ALL' and student_count > 0
    group by org_id, subject_code

),

reasoned as (

    select
        reached.org_id,
        reached.subject_code,
        coalesce(reached.reached_year, reached.last_year) as school_year,
        -- On the list only after it was in use: no lag.
        greatest(reached.reached_year - listing.listed_year, 0) as lag_years,
        reached.student_count,
        case
            when listing.listed_year is null then 'MISSING_INPUT'
            when reached.reached_year is null then 'NOT_REACHED'
        end as reason_code
    from reached
    left join listing on left(reached.org_id, 2) = listing.state_code and reached.subject_code = listing.subject_code

)

select
    {{ indicator_row(
        'materials_adoption_lag',
        value='case when reason_code is null then lag_years end',
        n='student_count',
        subject_code='subject_code'
    ) }}
from reasoned
