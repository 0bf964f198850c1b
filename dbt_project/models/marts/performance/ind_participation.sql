{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

cell as (

    select * from {{ ref('fct_assessment_cell') }}
    where subgroup_code <> 'UNKNOWN'

),

rate as (

    select
        cell.*,
        cast(cell.tested_count as double precision) / nullif(cell.expected_count, 0) as share,
        cast(nullif(cell.expected_count, 0) as double precision) as trials
    from cell
    inner join organisation on cell.org_id = organisation.org_id

)

select
    'participation' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(tested_count as numeric(18, 6)) as numerator,
    cast(expected_count as numeric(18, 6)) as denominator,
    cast(cast(tested_count as numeric) / nullif(expected_count, 0) as numeric(18, 6)) as value,
    {{ share_standard_error('share', 'trials') }} as standard_error,
    {{ wilson_bound('share', 'trials', '-') }} as interval_low,
    {{ wilson_bound('share', 'trials', '+') }} as interval_high,
    cast(expected_count as numeric(18, 6)) as n,
    case when expected_count = 0 then 'NO_STUDENTS' end as reason_code
from rate
