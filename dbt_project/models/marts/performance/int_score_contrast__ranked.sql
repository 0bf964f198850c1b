{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

contrast as (

    select * from {{ ref('contrast') }}

),

-- The groups side by side at every score that somebody of either has.
paired as (

    select
        score.org_id,
        score.school_year,
        score.subject_code,
        score.grade_code,
        contrast.contrast_id,
        score.scale_score,
        coalesce(
            sum(score.student_count) filter (where score.subgroup_code = contrast.reference_subgroup_code), 0
        ) as reference_count,
        coalesce(
            sum(score.student_count) filter (where score.subgroup_code = contrast.focal_subgroup_code), 0
        ) as focal_count
    from {{ ref('fct_score_count') }} as score
    inner join organisation on score.org_id = organisation.org_id
    inner join contrast
        on
            score.subgroup_dimension_code = contrast.subgroup_dimension_code
            and score.subgroup_code in (contrast.reference_subgroup_code, contrast.focal_subgroup_code)
    group by
        score.org_id,
        score.school_year,
        score.subject_code,
        score.grade_code,
        contrast.contrast_id,
        score.scale_score

),

-- Whom a reference student of this score outscores: all focal students up to it, less half of those at it.
ranked as (

    select
        *,
        sum(focal_count) over (
            partition by org_id, school_year, subject_code, grade_code, contrast_id
            order by scale_score asc
            rows unbounded preceding
        ) - focal_count / 2 as outscored_count
    from paired

)

select
    org_id,
    school_year,
    subject_code,
    grade_code,
    contrast_id,
    cast(sum(reference_count) as bigint) as reference_count,
    cast(sum(focal_count) as bigint) as focal_count,
    cast(sum(reference_count * outscored_count) as numeric(20, 1)) as won_pair_count,
    cast(sum(reference_count) * sum(focal_count) as numeric(20, 0)) as pair_count,
    cast(
        sum(reference_count * outscored_count) / nullif(sum(reference_count) * sum(focal_count), 0) as numeric(18, 12)
    ) as won_share
from ranked
group by org_id, school_year, subject_code, grade_code, contrast_id
