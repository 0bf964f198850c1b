{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'], indexes=[{'columns': ['org_id']}]
) }}
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

-- Students who were to be tested and were not count as not proficient, beyond 5 % of them (ESEA 1111(c)(4)(E)(ii)).
rate as (

    select
        cell.*,
        greatest(cell.fay_tested_count, state.accountability_participation_share * cell.fay_expected_count) as denominator
    from cell
    inner join organisation on cell.org_id = organisation.org_id
    inner join state on organisation.state_code = state.state_code

),

share as (

    select
        *,
        cast(fay_proficient_count as double precision) / nullif(denominator, 0) as share,
        cast(nullif(denominator, 0) as double precision) as trials
    from rate

)

select
    'proficiency_accountability' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(fay_proficient_count as numeric(18, 6)) as numerator,
    cast(denominator as numeric(18, 6)) as denominator,
    cast(cast(fay_proficient_count as numeric) / nullif(denominator, 0) as numeric(18, 6)) as value,
    {{ share_standard_error('share', 'trials') }} as standard_error,
    {{ wilson_bound('share', 'trials', '-') }} as interval_low,
    {{ wilson_bound('share', 'trials', '+') }} as interval_high,
    cast(fay_tested_count as numeric(18, 6)) as n,
    case when denominator = 0 then 'NO_STUDENTS' end as reason_code
from share
