{#
    Return an indicator of teacher positions: what `numerator` sums in fct_position_cell, of `denominator`, wherever there are teachers
    or somebody told that a position is open.
#}
{% macro vacancy_rate(indicator_id, numerator, denominator) %}
with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code <> 'PSEUDO_CHILD'

),

staffed as (

    select
        cell.org_id,
        cell.school_year
    from {{ ref('fct_staff_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where cell.job_class_code = 'TEACHER'
    union
    select
        organisation.org_id,
        vacancy.school_year
    from {{ ref('int_vacancy__dated') }} as vacancy
    inner join {{ ref('int_ancestry__expanded') }} as ancestry on vacancy.org_id = ancestry.org_id
    inner join organisation on ancestry.ancestor_org_id = organisation.org_id
    where vacancy.job_class_code = 'TEACHER'

),

position_cell as (

    select * from {{ ref('fct_position_cell') }}
    where job_class_code = 'TEACHER'

),

paired as (

    select
        coalesce(staffed.org_id, position_cell.org_id) as org_id,
        coalesce(staffed.school_year, position_cell.school_year) as school_year,
        position_cell.{{ numerator }},
        position_cell.budgeted_fte,
        position_cell.{{ denominator }} as counted,
        case
            -- The LEA did not say what is open, which is not the same as nothing, or who holds the rest.
            when position_cell.org_id is null then 'MISSING_INPUT'
            when position_cell.budgeted_fte = 0 then 'NO_STAFF'
            -- The file is for a day before the year began.
            when position_cell.{{ denominator }} = 0 then 'MISSING_INPUT'
        end as reason_code
    from staffed
    full outer join position_cell
        on staffed.org_id = position_cell.org_id and staffed.school_year = position_cell.school_year
    where coalesce(staffed.org_id, position_cell.org_id) in (select organisation.org_id from organisation)

)

select
    {{ indicator_row(indicator_id, numerator, 'counted', n='budgeted_fte') }}
from paired
{% endmacro %}
