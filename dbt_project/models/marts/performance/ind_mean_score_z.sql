{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], compares_with_state=true,
    indexes=[{'columns': ['org_id']}]
) }}
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
        case when reference.standard_deviation is not null then cell.score_count else 0 end as score_count,
        (cell.score_sum - cell.score_count * reference.mean_score) / reference.standard_deviation as z_sum,
        -- One student shows no spread; the state's stands in.
        cell.score_count * coalesce(
            greatest(cell.score_sum_of_squares - cell.score_sum * cell.score_sum / nullif(cell.score_count, 0), 0)
            / nullif(cell.score_count - 1, 0) / reference.standard_deviation ^ 2, 1
        ) as sum_variance
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    inner join {{ ref('int_score_reference__chosen') }} as reference
        on
            organisation.state_code = reference.state_code
            and cell.school_year = reference.school_year
            and cell.subject_code = reference.subject_code
            and cell.grade_code = reference.grade_code

),

mean as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_code,
        reference_code,
        sum(score_count) as score_count,
        sum(z_sum) / nullif(sum(score_count), 0) as mean_z,
        sqrt(sum(sum_variance)) / nullif(sum(score_count), 0) as error
    from distance
    group by org_id, school_year, subject_code, grade_code, subgroup_code, reference_code
    union all
    select
        org_id,
        school_year,
        subject_code,
        'ALL' as grade_code,
        subgroup_code,
        reference_code,
        sum(score_count) as score_count,
        sum(z_sum) / nullif(sum(score_count), 0) as mean_z,
        sqrt(sum(sum_variance)) / nullif(sum(score_count), 0) as error
    from distance
    group by org_id, school_year, subject_code, subgroup_code, reference_code

)

select
    'mean_score_z' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    reference_code as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(mean_z as numeric(18, 6)) as value,
    cast(case when score_count >= {{ var('minimum_n_spread') }} then error end as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(score_count as numeric(18, 6)) as n,
    case when mean_z is null then 'NO_STUDENTS' end as reason_code
from mean
