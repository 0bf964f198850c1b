with

rolled as (

    select * from {{ ref('int_collection__rolled') }}
    where required_cell_count > 0

)

select
    'submission_completeness' as indicator_id,
    org_id,
    school_year,
    'ALL' as subject_code,
    'ALL' as grade_code,
    'ALL' as subgroup_code,
    'NONE' as contrast_id,
    facet,
    cast(filled_cell_count as numeric(18, 6)) as numerator,
    cast(required_cell_count as numeric(18, 6)) as denominator,
    cast(cast(filled_cell_count as numeric) / required_cell_count as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(attempted_count as numeric(18, 6)) as n,
    cast(null as text) as reason_code
from rolled
