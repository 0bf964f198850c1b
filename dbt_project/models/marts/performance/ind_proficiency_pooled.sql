{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set keys = 'org_id, school_year, subject_code, subgroup_code' %}
with

-- The last year in which a grade of the group had other cut scores than in this one.
cell as (

    select
        assessment.*,
        case
            when scale.cut_set_id is null then assessment.school_year
            when scale.cut_set_id <> lag(scale.cut_set_id) over grade then lag(assessment.school_year) over grade
        end as other_cuts_year
    from {{ ref('fct_assessment_cell') }} as assessment
    inner join {{ ref('int_organisation__placed') }} as organisation
        on assessment.org_id = organisation.org_id and organisation.org_type_code <> 'PSEUDO_CHILD'
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            organisation.state_code = scale.state_code
            and assessment.school_year = scale.school_year
            and assessment.subject_code = scale.subject_code
            and assessment.grade_code = scale.grade_code
    where
        assessment.grade_code <> 'ALL' and assessment.subgroup_code <> 'UNKNOWN' and assessment.tested_count > 0
        and {{ is_touched('assessment.org_id', ['assessment_result', 'student_enrollment']) }}
    window grade as (
        partition by assessment.org_id, assessment.subject_code, assessment.grade_code, assessment.subgroup_code
        order by assessment.school_year asc
    )

),

-- All grades together are those that the group has: the cut scores of others do not matter to it.
summed as (

    select
        {{ keys }},
        coalesce(grade_code, 'ALL') as grade_code,
        max(other_cuts_year) as other_cuts_year,
        sum(proficient_count) as proficient_count,
        sum(tested_count) as tested_count
    from cell
    group by {{ keys }}, grouping sets ((grade_code), ())

),

-- Each year with the one or two years before it, where there are tested students in all of them.
pooled as (

    {%- for years in [2, 3] %}
    select
        {{ keys }},
        grade_code,
        'YEARS_{{ years }}' as facet,
        count(*) over years_{{ years }} = {{ years }} as is_whole,
        coalesce(max(other_cuts_year) over years_{{ years }} <= school_year - {{ years }}, true) as is_comparable,
        sum(proficient_count) over years_{{ years }} as proficient_count,
        sum(tested_count) over years_{{ years }} as tested_count
    from summed
    window years_{{ years }} as (
        partition by org_id, subject_code, grade_code, subgroup_code
        order by school_year asc
        range between {{ years - 1 }} preceding and current row
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    {{ indicator_row(
        'proficiency_pooled', numerator='proficient_count', denominator='tested_count', n='tested_count',
        value='case when is_comparable then proficient_count / tested_count end',
        reason_code="case when not is_comparable then 'NOT_COMPARABLE' end",
        subject_code='subject_code', grade_code='grade_code', subgroup_code='subgroup_code', facet='facet'
    ) }}
from pooled
where is_whole
