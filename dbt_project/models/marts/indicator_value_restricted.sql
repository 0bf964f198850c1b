{{ config(materialized='view', touched_by='org_id') }}
with

register as (

    select * from {{ ref('dim_indicator') }}

),

state_minimum as (

    select
        state_code,
        parameter,
        value
    from {{ source('ops', 'state_parameter') }}
    where parameter <> 'minimum_n_gap'
    union all
    select
        state_code,
        'minimum_n_gap' as parameter,
        minimum_n_gap as value
    from {{ ref('int_state__parameterised') }}

),

indicator_value as (

    select * from {{ ref('int_indicator__united') }}

)

select
    indicator_value.indicator_id,
    indicator_value.org_id,
    indicator_value.school_year,
    indicator_value.subject_code,
    indicator_value.grade_code,
    indicator_value.subgroup_code,
    indicator_value.contrast_id,
    indicator_value.facet,
    indicator_value.numerator,
    indicator_value.denominator,
    indicator_value.value,
    indicator_value.standard_error,
    indicator_value.interval_low,
    indicator_value.interval_high,
    indicator_value.n,
    case
        when indicator_value.reason_code <> 'USE_UNKNOWN' then indicator_value.reason_code
        -- A state that sets no minimum publishes nothing that needs one.
        when register.minimum_parameter is not null and coalesce(indicator_value.n < state_minimum.value, true) then 'SMALL_N'
        -- What nobody logged leaves no value, but bounds, which readers see of as many students as any number needs.
        else indicator_value.reason_code
    end as reason_code
from indicator_value
inner join register on indicator_value.indicator_id = register.indicator_id
left join state_minimum
    on
        left(indicator_value.org_id, 2) = state_minimum.state_code
        and register.minimum_parameter = state_minimum.parameter
