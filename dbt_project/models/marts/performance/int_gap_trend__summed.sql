{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

gap as (

    select * from {{ ref('ind_gap_g') }}
    where value is not null
    union all
    select * from {{ ref('ind_gap_v') }}
    where value is not null

),

-- A gap of a year that the registry does not know has no scale, so it is compared with none.
placed as (

    select
        gap.indicator_id as measure_code,
        gap.org_id,
        gap.school_year,
        gap.subject_code,
        gap.grade_code,
        gap.contrast_id,
        gap.value as gap,
        gap.n,
        coalesce(scale.scale_id, 'unregistered ' || gap.school_year) as scale_id,
        1 / nullif(cast(gap.standard_error as double precision), 0) ^ 2 as weight
    from gap
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            left(gap.org_id, 2) = scale.state_code
            and gap.school_year = scale.school_year
            and gap.subject_code = scale.subject_code
            and gap.grade_code = scale.grade_code

),

timed as (

    select
        *,
        count(*) over (
            partition by measure_code, org_id, subject_code, grade_code, contrast_id order by school_year asc
        ) as year_count,
        first_value(school_year) over on_scale as first_year,
        first_value(gap) over on_scale as first_gap,
        school_year - first_value(school_year) over on_scale as elapsed_years
    from placed
    window on_scale as (
        partition by measure_code, org_id, subject_code, grade_code, contrast_id, scale_id
        order by school_year asc
    )

)

select
    measure_code,
    org_id,
    school_year,
    subject_code,
    grade_code,
    contrast_id,
    first_year,
    first_gap,
    gap as last_gap,
    year_count,
    sum(weight) over on_scale as weight_sum,
    sum(weight * elapsed_years) over on_scale as year_sum,
    sum(weight * gap) over on_scale as gap_sum,
    sum(weight * elapsed_years ^ 2) over on_scale as year_square_sum,
    sum(weight * elapsed_years * gap) over on_scale as product_sum,
    count(*) over on_scale as comparable_year_count,
    min(n) over on_scale as n
from timed
window on_scale as (
    partition by measure_code, org_id, subject_code, grade_code, contrast_id, scale_id
    order by school_year asc
)
