{#
    Return an indicator of the current expenditure of LEAs, regions and states: the part where `condition` holds on fct_ledger_cell,
    of all of it, of fiscal years that are over. A net negative part is told apart and never divided (indicators.md 0.11).
#}
{% macro spending_share(indicator_id, condition) %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

spending as (

    select
        ledger_cell.org_id,
        ledger_cell.school_year,
        sum(ledger_cell.current_expenditure_usd) filter (where ledger_cell.is_full_year) as current_usd,
        coalesce(sum(ledger_cell.current_expenditure_usd) filter (where ledger_cell.is_full_year and {{ condition }}), 0) as part_usd
    from {{ ref('fct_ledger_cell') }} as ledger_cell
    inner join organisation on ledger_cell.org_id = organisation.org_id
    group by ledger_cell.org_id, ledger_cell.school_year

),

reasoned as (

    select
        *,
        case
            when current_usd is null then 'NOT_COMPARABLE'
            when part_usd < 0 or current_usd < 0 then 'NEG_NET'
            when current_usd = 0 then 'NO_DOLLARS'
        end as reason_code
    from spending

)

select
    {{ indicator_row(indicator_id, 'part_usd', 'current_usd') }}
from reasoned
{% endmacro %}
