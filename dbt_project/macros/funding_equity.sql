{#
    Return an indicator of how alike LEAs are funded, by the column of int_funding_equity__measured that `measure` names; `leas` is
    the column that counts the LEAs behind it, which the minimum is held against.
#}
{% macro funding_equity(indicator_id, measure, leas='lea_count') %}
with

measured as (

    select
        *,
        case
            when lea_count < 2 then 'NO_VARIATION'
            when {{ measure }} is not null then null
            -- The poverty of no LEA is known, or all are alike.
            when known_lea_count = 0 then 'MISSING_INPUT'
            else 'NO_VARIATION'
        end as reason_code
    from {{ ref('int_funding_equity__measured') }}

)

select
    {{ indicator_row(indicator_id, value='case when reason_code is null then ' ~ measure ~ ' end', n=leas) }}
from measured
{% endmacro %}
