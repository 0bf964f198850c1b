with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SEA'

),

scale as (

    select * from {{ ref('dim_assessment_scale') }}

),

-- NULL where the tests of a grade have several scales. (n - 1) s^2 is the sum of squares less n times the squared mean.
state_score as (

    select
        cell.org_id as state_code,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        scale.scale_id,
        cell.score_sum / nullif(cell.score_count, 0) as mean_score,
        sqrt(greatest(
            (cell.score_sum_of_squares - cell.score_sum * cell.score_sum / nullif(cell.score_count, 0))
            / nullif(cell.score_count - 1, 0), 0
        )) as standard_deviation
    from {{ ref('fct_assessment_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    left join scale
        on
            cell.org_id = scale.state_code
            and cell.school_year = scale.school_year
            and cell.subject_code = scale.subject_code
            and cell.grade_code = scale.grade_code
    where cell.subgroup_code = 'ALL' and cell.grade_code <> 'ALL' and (cell.score_count > 1 or not scale.is_one_scale)

),

reference as (

    select
        state_code,
        school_year,
        subject_code,
        grade_code,
        'SAME_YEAR' as reference_code,
        school_year as reference_year,
        mean_score,
        standard_deviation
    from state_score
    union all
    -- For a trend the first year on the scale stays the yardstick (indicators.md 1.4).
    select
        state_code,
        school_year,
        subject_code,
        grade_code,
        'BASE_YEAR' as reference_code,
        first_value(school_year) over since_base as reference_year,
        first_value(mean_score) over since_base as mean_score,
        first_value(standard_deviation) over since_base as standard_deviation
    from state_score
    where scale_id is not null
    window since_base as (partition by scale_id order by school_year asc)

)

select
    state_code,
    school_year,
    subject_code,
    grade_code,
    reference_code,
    reference_year,
    cast(mean_score as numeric(28, 12)) as mean_score,
    cast(nullif(standard_deviation, 0) as numeric(28, 12)) as standard_deviation
from reference
