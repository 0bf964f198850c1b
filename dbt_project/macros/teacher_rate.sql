{#
    Return an indicator of the share of teacher FTE that carries a flag, of the FTE whose flag is known, for every organisation
    (indicators.md 3.1). A second row, facet UNKNOWN, is the share of the FTE that is to have the flag and whose flag nobody knows.
#}
{% macro teacher_rate(indicator_id, flag_code) %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

teacher_cell as (

    select
        teacher_cell.*,
        teacher_cell.fte_cap - teacher_cell.not_required_fte as asked_fte
    from {{ ref('fct_teacher_cell') }} as teacher_cell
    inner join organisation on teacher_cell.org_id = organisation.org_id
    where teacher_cell.flag_code = '{{ flag_code }}'

),

rate as (

    select
        org_id,
        school_year,
        'NONE' as facet,
        flagged_fte as numerator,
        known_fte as denominator,
        known_fte as n,
        case
            when fte_cap = 0 then 'NO_STAFF'
            when asked_fte = 0 then 'NOT_REQUIRED'
            when known_fte = 0 then 'MISSING_INPUT'
        end as reason_code
    from teacher_cell
    union all
    select
        org_id,
        school_year,
        'UNKNOWN' as facet,
        asked_fte - known_fte as numerator,
        asked_fte as denominator,
        asked_fte as n,
        case
            when fte_cap = 0 then 'NO_STAFF'
            when asked_fte = 0 then 'NOT_REQUIRED'
        end as reason_code
    from teacher_cell

),

measured as (

    select
        *,
        cast(numerator as double precision) / nullif(denominator, 0) as share,
        cast(nullif(denominator, 0) as double precision) as trials
    from rate

)

select
    {{ indicator_row(
        indicator_id, 'numerator', 'denominator', standard_error=share_standard_error('share', 'trials'), n='n', facet='facet'
    ) }}
from measured
{% endmacro %}
