{%- set sides = ['reference', 'focal'] -%}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

contrast as (

    select * from {{ ref('contrast') }}

),

-- A scale belongs to a grade, so there is no gap over all grades (indicators.md 1.4).
cell as (

    select * from {{ ref('fct_assessment_cell') }}
    where grade_code <> 'ALL'

),

-- The groups side by side; a group without students has no cell.
paired as (

    select
        {%- for side in sides %}
        {%- for measure in ['count', 'sum', 'sum_of_squares'] %}
        coalesce(
            sum(cell.score_{{ measure }}) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
        ) as {{ side }}_{{ measure }},
        {%- endfor %}
        {%- endfor %}
        organisation.state_code,
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        contrast.contrast_id
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    inner join contrast
        on
            cell.subgroup_dimension_code = contrast.subgroup_dimension_code
            and cell.subgroup_code in (contrast.reference_subgroup_code, contrast.focal_subgroup_code)
    group by
        organisation.state_code,
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        contrast.contrast_id

)

select
    state_code,
    org_id,
    school_year,
    subject_code,
    grade_code,
    contrast_id,
    cast(reference_count as bigint) as reference_count,
    cast(focal_count as bigint) as focal_count,
    {%- for side in sides %}
    cast({{ side }}_sum / nullif({{ side }}_count, 0) as numeric(28, 12)) as {{ side }}_mean,
    {%- endfor %}
    cast(
        reference_sum / nullif(reference_count, 0) - focal_sum / nullif(focal_count, 0) as numeric(28, 12)
    ) as mean_difference,
    -- (n - 1) s^2 is the sum of squares less n times the squared mean; two students leave no degree of freedom.
    cast(
        (
            reference_sum_of_squares - reference_sum * reference_sum / nullif(reference_count, 0)
            + focal_sum_of_squares - focal_sum * focal_sum / nullif(focal_count, 0)
        ) / nullif(reference_count + focal_count - 2, 0) as numeric(28, 12)
    ) as pooled_variance
from paired
