{# Return an indicator of the teachers of one October: those that `numerator` counts in fct_retention_cell, of all of them. #}
{% macro retention_rate(indicator_id, numerator) %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

retention_cell as (

    select
        cell.*,
        -- All of them were at schools that closed without a successor.
        case when cell.base_count = 0 then 'NOT_COMPARABLE' end as reason_code,
        cast({{ numerator }} as double precision) / nullif(cell.base_count, 0) as share
    from {{ ref('fct_retention_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id

)

select
    {{ indicator_row(
        indicator_id, numerator, 'base_count', standard_error=share_standard_error('share', 'nullif(base_count, 0)'), n='base_count'
    ) }}
from retention_cell
{% endmacro %}
