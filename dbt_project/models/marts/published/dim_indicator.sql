with

indicator_register as (

    select * from {{ ref('indicator_register') }}

)

select
    indicator_id,
    catalogue_number,
    indicator_name,
    goal_codes,
    definition,
    grain,
    unit,
    direction_code,
    minimum_parameter,
    minimum_n,
    minimum_unit,
    decimals,
    source,
    is_built,
    mart_name,
    not_built_because,
    coverage_extract
from indicator_register
