{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set keys = ['org_id', 'school_year', 'subject_code', 'subgroup_code'] %}
with

-- From when to when a grade has the same cut scores.
cut_set as (

    select
        *,
        min(school_year) over same_cuts as first_year,
        max(school_year) over same_cuts as last_year
    from {{ ref('dim_assessment_scale') }}
    window same_cuts as (partition by state_code, subject_code, grade_code, cut_set_id)

),

-- By grade, and of all grades together those that the group has: the cut scores of others do not matter to it.
cell as (

    select
        assessment.{{ keys | join(', assessment.') }},
        coalesce(assessment.grade_code, 'ALL') as grade_code,
        -- What the registry of tests lacks goes with no other year.
        max(coalesce(cut_set.first_year, assessment.school_year)) as cuts_since,
        min(coalesce(cut_set.last_year, assessment.school_year)) as cuts_until,
        sum(assessment.proficient_count) as proficient_count,
        sum(assessment.tested_count) as tested_count
    from {{ ref('fct_assessment_cell') }} as assessment
    inner join {{ ref('int_organisation__placed') }} as organisation
        on assessment.org_id = organisation.org_id and organisation.org_type_code <> 'PSEUDO_CHILD'
    left join cut_set
        on
            organisation.state_code = cut_set.state_code
            and assessment.school_year = cut_set.school_year
            and assessment.subject_code = cut_set.subject_code
            and assessment.grade_code = cut_set.grade_code
    where
        assessment.grade_code <> 'ALL' and assessment.subgroup_code <> 'UNKNOWN' and assessment.tested_count > 0
        and {{ is_touched('assessment.org_id', ['assessment_result', 'student_enrollment']) }}
    group by assessment.{{ keys | join(', assessment.') }}, grouping sets ((assessment.grade_code), ())

),

-- Each year with the one or two years before it, where there are tested students in all of them.
pooled as (

    {%- for year_count in [2, 3] %}
    select
        {{ keys | join(', ') }},
        grade_code,
        'YEARS_{{ year_count }}' as facet,
        count(*) over years = {{ year_count }} as is_whole,
        max(cuts_since) over years <= school_year - {{ year_count - 1 }}
        and min(cuts_until) over years >= school_year as is_comparable,
        sum(proficient_count) over years as proficient_count,
        sum(tested_count) over years as tested_count
    from cell
    window
        years as (
            partition by org_id, subject_code, grade_code, subgroup_code
            order by school_year asc range between {{ year_count - 1 }} preceding and current row
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
