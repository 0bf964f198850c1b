{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

-- A scale belongs to a grade, so there is no mean over all grades (indicators.md 1.4).
cell as (

    select * from {{ ref('fct_assessment_cell') }}
    where grade_code <> 'ALL' and subgroup_code <> 'UNKNOWN'

),

-- (n - 1) s^2 is the sum of squares less n times the squared mean; the quotient is rounded, so it may miss 0 by a hair.
mean as (

    select
        cell.*,
        coalesce(scale.is_one_scale, true) as is_one_scale,
        cell.score_sum / nullif(cell.score_count, 0) as mean_score,
        greatest(
            (cell.score_sum_of_squares - cell.score_sum * cell.score_sum / nullif(cell.score_count, 0))
            / nullif(cell.score_count - 1, 0),
            0
        ) as variance
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    left join {{ ref('dim_assessment_scale') }} as scale
        on
            organisation.state_code = scale.state_code
            and cell.school_year = scale.school_year
            and cell.subject_code = scale.subject_code
            and cell.grade_code = scale.grade_code

)

select
    'mean_scale_score' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    -- Means are shown in whole points (indicators.md 9.3, rule 6), which a sum beside them would undo.
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(mean_score as numeric(18, 6)) as value,
    cast(case when score_count > 1 then sqrt(variance / score_count) end as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(score_count as numeric(18, 6)) as n,
    case when score_count > 0 then null when is_one_scale then 'NO_STUDENTS' else 'NOT_COMPARABLE' end as reason_code
from mean
