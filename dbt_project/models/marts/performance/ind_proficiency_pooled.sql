{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

cell as (

    select
        assessment.*,
        scale.cut_set_id
    from {{ ref('fct_assessment_cell') }} as assessment
    inner join organisation on assessment.org_id = organisation.org_id
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            organisation.state_code = scale.state_code
            and assessment.school_year = scale.school_year
            and assessment.subject_code = scale.subject_code
            and assessment.grade_code = scale.grade_code
    where assessment.subgroup_code <> 'UNKNOWN'

),

-- Each year with the one or two years before it, where there are so many.
pooled as (

    {%- for years in [2, 3] %}
    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_code,
        'YEARS_{{ years }}' as facet,
        count(*) over years_{{ years }} = {{ years }} as is_whole,
        count(cut_set_id) over years_{{ years }} = {{ years }}
        and min(cut_set_id) over years_{{ years }} = max(cut_set_id) over years_{{ years }} as is_comparable,
        sum(proficient_count) over years_{{ years }} as proficient_count,
        sum(tested_count) over years_{{ years }} as tested_count
    from cell
    window
        years_{{ years }} as (
            partition by org_id, subject_code, grade_code, subgroup_code
            order by school_year asc
            range between {{ years - 1 }} preceding and current row
        )
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    'proficiency_pooled' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    facet,
    cast(proficient_count as numeric(18, 6)) as numerator,
    cast(tested_count as numeric(18, 6)) as denominator,
    cast(case when is_comparable then proficient_count / nullif(tested_count, 0) end as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(tested_count as numeric(18, 6)) as n,
    case when not is_comparable then 'NOT_COMPARABLE' when tested_count = 0 then 'NO_STUDENTS' end as reason_code
from pooled
where is_whole
