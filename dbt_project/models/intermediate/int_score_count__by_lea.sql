{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['lea_id']}]
) }}
{#- Those that have a contrast: no gap asks for the others. -#}
{%- set dimensions = ['race_ethnicity', 'sex', 'economic', 'english_learner', 'disability'] %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

scored as (

    select
        coalesce(organisation.lea_id, classified.org_id) as lea_id,
        classified.*
    from {{ ref('int_assessment__classified') }} as classified
    inner join organisation on classified.org_id = organisation.org_id
    where
        classified.scale_score is not null
        and {{ is_touched('classified.org_id', ['assessment_result', 'student_enrollment']) }}

)

-- Students are counted once, by LEA; regions and the state add LEAs.
select
    lea_id,
    school_year,
    subject_code,
    grade_code,
    {{ subgroup('dimension', dimensions) }} as subgroup_dimension_code,
    {{ subgroup('member', dimensions) }} as subgroup_code,
    scale_score,
    count(*) as student_count
from scored
group by
    lea_id,
    school_year,
    subject_code,
    grade_code,
    scale_score,
    grouping sets ({{ subgroup('sets', dimensions) }})
