with

rolled as (

    select * from {{ ref('int_error__survived') }}

)

select
    'error_resolution' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    facet,
    cast(null as numeric(18, 6)) as numerator,
    cast(null as numeric(18, 6)) as denominator,
    median_days as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(error_count as numeric(18, 6)) as n,
    case when median_days is null then 'STILL_OPEN' end as reason_code
from rolled
