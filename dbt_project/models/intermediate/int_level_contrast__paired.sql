{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set sides = ['reference', 'focal'] -%}
{%- set all_levels = 'cell.level_' ~ performance_levels() | join('_count + cell.level_') ~ '_count' -%}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

state as (

    select * from {{ ref('int_state__parameterised') }}

),

contrast as (

    select * from {{ ref('contrast') }}

),

-- The groups side by side, within a grade; a group without students has no cell.
paired as (

    select
        {%- for side in sides %}
        {%- for level in performance_levels() %}
        cast(coalesce(
            sum(cell.level_{{ level }}_count) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
        ) as bigint) as {{ side }}_level_{{ level }}_count,
        {%- endfor %}
        cast(coalesce(
            sum({{ all_levels }})
            filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
        ) as bigint) as {{ side }}_count,
        {%- endfor %}
        organisation.state_code,
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        contrast.contrast_id
    from {{ ref('fct_assessment_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    inner join contrast
        on
            cell.subgroup_dimension_code = contrast.subgroup_dimension_code
            and cell.subgroup_code in (contrast.reference_subgroup_code, contrast.focal_subgroup_code)
    where cell.grade_code <> 'ALL'
    group by
        organisation.state_code,
        cell.org_id,
        cell.school_year,
        cell.subject_code,
        cell.grade_code,
        contrast.contrast_id

)

select
    paired.*,
    least(paired.reference_count, paired.focal_count) as smaller_count,
    coalesce(least(paired.reference_count, paired.focal_count) >= state.minimum_n_gap, false) as is_large_enough
from paired
left join state on paired.state_code = state.state_code
