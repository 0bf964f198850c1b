-- The two cells of scores count the same students: their number and the sum of their scores.
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

counted as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_dimension_code,
        subgroup_code,
        sum(student_count) as score_count,
        sum(student_count * scale_score) as score_sum
    from {{ ref('fct_score_count') }}
    group by org_id, school_year, subject_code, grade_code, subgroup_dimension_code, subgroup_code

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
    where cell.grade_code <> 'ALL' and cell.subgroup_dimension_code <> 'all' and cell.score_count > 0

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
