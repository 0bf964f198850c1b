with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

scored as (

    select
        coalesce(organisation.lea_id, classified.org_id) as lea_id,
        classified.*
    from {{ ref('int_assessment__classified') }} as classified
    inner join organisation on classified.org_id = organisation.org_id
    where classified.scale_score is not null

),

-- Students are counted once, by LEA; regions and the state add LEAs.
score_by_lea as (

    select
        lea_id,
        school_year,
        subject_code,
        grade_code,
        {{ subgroup('dimension') }} as subgroup_dimension_code,
        {{ subgroup('member') }} as subgroup_code,
        scale_score,
        count(*) as student_count
    from scored
    group by
        lea_id,
        school_year,
        subject_code,
        grade_code,
        scale_score,
        grouping sets ({{ subgroup('sets') }})

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
