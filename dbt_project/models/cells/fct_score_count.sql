{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], adds_up=['student_count'],
    indexes=[{'columns': ['org_id']}]
) }}
with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where
        (ancestor_type_code in ('SEA', 'REGION', 'LEA') or org_id = ancestor_org_id)
        and {{ is_touched('ancestor_org_id', ['assessment_result', 'student_enrollment'], totals=false) }}

),

score_by_lea as (

    select * from {{ ref('int_score_count__by_lea') }}

)

select
    ancestry.ancestor_org_id as org_id,
    score_by_lea.school_year,
    score_by_lea.subject_code,
    score_by_lea.grade_code,
    score_by_lea.subgroup_dimension_code,
    score_by_lea.subgroup_code,
    score_by_lea.scale_score,
    cast(sum(score_by_lea.student_count) as bigint) as student_count
from score_by_lea
inner join ancestry on score_by_lea.lea_id = ancestry.org_id
group by
    ancestry.ancestor_org_id,
    score_by_lea.school_year,
    score_by_lea.subject_code,
    score_by_lea.grade_code,
    score_by_lea.subgroup_dimension_code,
    score_by_lea.subgroup_code,
    score_by_lea.scale_score
-- The rows of a region or of the state lie together: whoever adds to them reads few pages.
order by ancestry.ancestor_org_id
