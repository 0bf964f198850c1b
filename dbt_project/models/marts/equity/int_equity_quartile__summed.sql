with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

-- The quartiles are those of the state at every level: a region shows its share of the state's poorest schools.
school as (

    select * from {{ ref('int_school__quartiled') }}
    where level_code = 'ALL' and quartile in (1, 4)

),

teacher_cell as (

    select
        org_id,
        school_year,
        flag_code,
        flagged_fte as flagged,
        known_fte as known,
        fte_cap - not_required_fte as asked,
        fte_cap as counted
    from {{ ref('fct_teacher_cell') }}
    union all
    select
        org_id,
        school_year,
        'TURNOVER' as flag_code,
        base_count - stayer_count as flagged,
        base_count as known,
        base_count as asked,
        base_count as counted
    from {{ ref('fct_retention_cell') }}

),

summed as (

    select
        ancestry.ancestor_org_id as org_id,
        school.school_year,
        school.basis_code,
        {%- for quartile in [1, 4] %}
        {%- for measure in ['flagged', 'known', 'asked', 'counted'] %}
        coalesce(sum(teacher_cell.{{ measure }}) filter (where school.quartile = {{ quartile }}), 0)
            as {{ measure }}_{{ quartile }},
        {%- endfor %}
        {%- endfor %}
        teacher_cell.flag_code
    from school
    inner join teacher_cell on school.org_id = teacher_cell.org_id and school.school_year = teacher_cell.school_year
    inner join ancestry on school.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, school.school_year, school.basis_code, teacher_cell.flag_code

)

select
    summed.*,
    lower(summed.basis_code) || '_quartile' as contrast_id,
    case summed.flag_code when 'INEXPERIENCED' then 'NONE' else summed.flag_code end as facet,
    cast(summed.flagged_1 as double precision) / nullif(summed.known_1, 0) as rate_1,
    cast(summed.flagged_4 as double precision) / nullif(summed.known_4, 0) as rate_4,
    least(summed.known_1, summed.known_4) as smaller_known,
    case
        when least(summed.known_1, summed.known_4) > 0
            then case when {{ too_few_teachers('least(summed.known_1, summed.known_4)', 'summed.flag_code') }} then 'SMALL_N' end
        when least(summed.counted_1, summed.counted_4) = 0 then 'NO_STAFF'
        when least(summed.asked_1, summed.asked_4) = 0 then 'NOT_REQUIRED'
        else 'MISSING_INPUT'
    end as reason_code
from summed
left join {{ ref('int_state__parameterised') }} as state on left(summed.org_id, 2) = state.state_code
