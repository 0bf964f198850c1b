-- The two cells of scores count the same students, by number and sum of scores, in every dimension that has a contrast.
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where
        org_type_code in ('SEA', 'REGION', 'LEA')
        and {{ is_touched('org_id', ['assessment_result', 'student_enrollment']) }}

),

counted as (

    select
        score.org_id,
        score.school_year,
        score.subject_code,
        score.grade_code,
        score.subgroup_dimension_code,
        score.subgroup_code,
        sum(score.student_count) as score_count,
        sum(score.student_count * score.scale_score) as score_sum
    from {{ ref('fct_score_count') }} as score
    inner join organisation on score.org_id = organisation.org_id
    group by
        score.org_id,
        score.school_year,
        score.subject_code,
        score.grade_code,
        score.subgroup_dimension_code,
        score.subgroup_code

),

summed as (

    select
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        cell.subgroup_dimension_code,
        cell.subgroup_code,
        cell.score_count,
        cell.score_sum
    from {{ ref('fct_assessment_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where
        cell.grade_code <> 'ALL'
        and cell.subgroup_dimension_code in (select contrast.subgroup_dimension_code from {{ ref('contrast') }} as contrast)
        and cell.score_count > 0

)

(
    select * from counted
    except
    select * from summed
)
union all
(
    select * from summed
    except
    select * from counted
)
