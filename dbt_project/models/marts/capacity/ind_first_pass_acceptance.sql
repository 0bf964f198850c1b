with

rolled as (

    select * from {{ ref('int_collection__rolled') }}
    where due_count > 0

)

select
    'first_pass_acceptance' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    facet,
    cast(first_pass_count as numeric(18, 6)) as numerator,
    cast(due_count as numeric(18, 6)) as denominator,
    cast(cast(first_pass_count as numeric) / due_count as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(due_count as numeric(18, 6)) as n,
    cast(null as text) as reason_code
from rolled
