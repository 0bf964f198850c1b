{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'],
    adds_up=['fay_expected_count', 'fay_tested_count', 'fay_proficient_count'], indexes=[{'columns': ['org_id']}]
) }}
with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where
        ancestor_type_code in ('SEA', 'REGION', 'LEA')
        and {{ is_touched('ancestor_org_id', ['assessment_result', 'student_enrollment'], totals=false) }}

),

classified as (

    select
        *,
        left(responsible_lea_id, 2) || '-000' as state_leaf_org_id
    from {{ ref('int_assessment__classified') }}

)

select
    ancestry.ancestor_org_id as org_id,
    classified.school_year,
    classified.subject_code,
    coalesce(classified.grade_code, 'ALL') as grade_code,
    {{ subgroup('dimension') }} as subgroup_dimension_code,
    {{ subgroup('member') }} as subgroup_code,
    count(*) filter (where classified.is_expected) as fay_expected_count,
    count(*) filter (where classified.is_tested) as fay_tested_count,
    count(*) filter (where classified.is_proficient) as fay_proficient_count
from classified
inner join ancestry on classified.responsible_lea_id = ancestry.org_id
where classified.fay_org_id = classified.state_leaf_org_id and classified.org_id <> classified.state_leaf_org_id
group by
    ancestry.ancestor_org_id,
    classified.school_year,
    classified.subject_code,
    grouping sets ((classified.grade_code), ()),
    grouping sets ({{ subgroup('sets') }}, ())
having count(*) filter (where classified.is_expected) > 0
