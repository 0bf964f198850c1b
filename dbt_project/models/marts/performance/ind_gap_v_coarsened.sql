with

fitted as (

    select * from {{ source('fitted', 'level_gap_fit') }}

),

contrast_level as (

    select
        paired.*,
        fitted.won_probability
    from {{ ref('int_level_contrast__paired') }} as paired
    left join fitted
        on
            paired.org_id = fitted.org_id
            and paired.school_year = fitted.school_year
            and paired.subject_code = fitted.subject_code
            and paired.grade_code = fitted.grade_code
            and paired.contrast_id = fitted.contrast_id

),

normal as (

    select
        *,
        {{ probit('won_probability') }} as normal_deviate,
        {{ won_probability_error('won_probability', 'reference_count', 'focal_count') }} as probability_error
    from contrast_level

),

gap as (

    select
        *,
        sqrt(2) * normal_deviate as gap_v,
        {{ gap_v_error('normal_deviate', 'probability_error') }} as error
    from normal

)

select
    'gap_v_coarsened' as indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    'ALL' as subgroup_code,
    contrast_id,
    'NONE' as facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    cast(gap_v as numeric(18, 6)) as value,
    cast(error as numeric(18, 6)) as standard_error,
    cast(gap_v - {{ var('z_interval') }} * error as numeric(18, 6)) as interval_low,
    cast(gap_v + {{ var('z_interval') }} * error as numeric(18, 6)) as interval_high,
    cast(smaller_count as numeric(18, 6)) as n,
    case
        when smaller_count = 0 then 'NO_STUDENTS'
        when not is_large_enough then 'SMALL_N'
        when gap_v is null then 'SATURATED'
    end as reason_code
from gap
