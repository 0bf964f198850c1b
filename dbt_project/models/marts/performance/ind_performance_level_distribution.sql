{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set counts = [] -%}
{%- for level in performance_levels() %}{% do counts.append('(' ~ level ~ ', cell.level_' ~ level ~ '_count)') %}{% endfor -%}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

state as (

    select * from {{ ref('int_state__parameterised') }}

),

cell as (

    select * from {{ ref('fct_assessment_cell') }}
    where subgroup_code <> 'UNKNOWN'

),

level_cell as (

    select
        cell.*,
        'LEVEL_' || level.number as facet,
        level.student_count
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    left join state on organisation.state_code = state.state_code
    cross join lateral (values {{ counts | join(', ') }}) as level (number, student_count)
    -- A level that the state's tests do not have is not shown, unless somebody has it: the levels add to the tested.
    where level.number <= state.performance_levels or level.student_count > 0

)

select
    'performance_level_distribution' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    facet,
    cast(student_count as numeric(18, 6)) as numerator,
    cast(tested_count as numeric(18, 6)) as denominator,
    cast(cast(student_count as numeric) / nullif(tested_count, 0) as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(tested_count as numeric(18, 6)) as n,
    case when tested_count = 0 then 'NO_STUDENTS' end as reason_code
from level_cell
