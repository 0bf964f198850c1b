with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

)

select
    org_id,
    org_type_code,
    org_name,
    state_code,
    region_id,
    lea_id,
    parent_org_id,
    nces_lea_id,
    nces_school_id,
    is_charter,
    grade_low_code,
    grade_high_code,
    locale_code,
    open_date,
    close_date,
    successor_org_id
from organisation
