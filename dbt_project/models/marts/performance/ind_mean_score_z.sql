{{ config(
    materialized='view', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], compares_with_state=true
) }}
{%- set keys = 'org_id, school_year, subject_code, subgroup_code, reference_code' %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

cell as (

    select * from {{ ref('fct_assessment_cell') }}
    where grade_code <> 'ALL' and subgroup_code <> 'UNKNOWN'

),

-- Distances from the state's mean in the state's standard deviations: they add over grades, scale scores do not.
distance as not materialized (

    select
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        cell.subgroup_code,
        reference.reference_code,
        cell.score_count as tested_count,
        reference.mean_score is null as is_of_several_scales,
        -- Where all of the state score alike nobody has a distance: none of them is in the mean or in its error.
        case when reference.standard_deviation is not null then cell.score_count else 0 end as score_count,
        (cell.score_sum - cell.score_count * reference.mean_score) / reference.standard_deviation as z_sum,
        -- One student shows no spread; the state's stands in.
        coalesce(
            greatest(cell.score_sum_of_squares - cell.score_sum * cell.score_sum / nullif(cell.score_count, 0), 0)
            / nullif(cell.score_count - 1, 0) / reference.standard_deviation ^ 2, 1
        ) as variance
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    inner join {{ ref('int_score_reference__chosen') }} as reference
        on
            organisation.state_code = reference.state_code
            and cell.school_year = reference.school_year
            and cell.subject_code = reference.subject_code
            and cell.grade_code = reference.grade_code

),

-- By grade, then over all of them: each branch groups alone, so that a condition on the organisation reaches the cells.
mean as (

    {%- for grade in ['grade_code', "'ALL'"] %}
    select
        {{ keys }},
        {{ grade }} as grade_code,
        sum(tested_count) as tested_count,
        bool_or(is_of_several_scales) as is_of_several_scales,
        sum(score_count) as score_count,
        sum(z_sum) / nullif(sum(score_count), 0) as mean_z,
        sqrt(sum(score_count * variance)) / nullif(sum(score_count), 0) as error
    from distance
    group by {{ keys }}{{ ', grade_code' if loop.first }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    {{ indicator_row(
        'mean_score_z', value='mean_z',
        standard_error='case when score_count > 1 then error end',
        n='score_count',
        reason_code="case when mean_z is null then case when tested_count > 0 then 'NO_VARIATION'"
        ~ " when is_of_several_scales then 'NOT_COMPARABLE' else 'NO_STUDENTS' end end",
        subject_code='subject_code', grade_code='grade_code', subgroup_code='subgroup_code', facet='reference_code'
    ) }}
from mean
