with

quartiled as (

    select
        *,
        case
            when basis_code <> 'POVERTY' or level_code <> 'ALL' then basis_code || '_' || level_code
            else 'NONE'
        end as facet,
        case
            when student_count = 0 then 'NO_STUDENTS'
            when share is null then 'MISSING_INPUT'
        end as reason_code
    from {{ ref('int_school__quartiled') }}

)

-- A school that cannot be ranked is left out of the ranks and counted here, with the reason.
select
    {{ indicator_row('poverty_quartile', value='quartile', n='student_count', facet='facet') }}
from quartiled
