{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set sides = ['reference', 'focal'] -%}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

contrast as (

    select * from {{ ref('contrast') }}

),

-- The groups side by side; a group without students has no cell.
paired as (

    select
        {%- for side in sides %}
        {%- for measure in ['tested', 'proficient'] %}
        cast(coalesce(
            sum(cell.{{ measure }}_count) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
        ) as numeric) as {{ side }}_{{ measure }},
        {%- endfor %}
        {%- endfor %}
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
    group by cell.org_id, cell.school_year, cell.subject_code, cell.grade_code, contrast.contrast_id

),

gap as (

    select
        *,
        least(reference_tested, focal_tested) as smaller_count,
        reference_proficient / nullif(reference_tested, 0) - focal_proficient / nullif(focal_tested, 0) as gap,
        -- p (1 - p) / n of both groups, in counts.
        sqrt(
            {%- for side in sides %}
            {{ '+ ' if not loop.first }}{{ side }}_proficient * ({{ side }}_tested - {{ side }}_proficient)
            / cast(nullif({{ side }}_tested, 0) as double precision) ^ 3
            {%- endfor %}
        ) as error
    from paired

)

select
    'gap_percentage_point' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    'ALL' as subgroup_code,
    contrast_id,
    'NONE' as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(gap as numeric(18, 6)) as value,
    cast(error as numeric(18, 6)) as standard_error,
    cast(gap - {{ var('z_interval') }} * error as numeric(18, 6)) as interval_low,
    cast(gap + {{ var('z_interval') }} * error as numeric(18, 6)) as interval_high,
    cast(smaller_count as numeric(18, 6)) as n,
    case when smaller_count = 0 then 'NO_STUDENTS' end as reason_code
from gap
