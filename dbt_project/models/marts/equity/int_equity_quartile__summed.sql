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
        known_fte as known
    from {{ ref('fct_teacher_cell') }}
    union all
    select
        org_id,
        school_year,
        'TURNOVER' as flag_code,
        base_count - stayer_count as flagged,
        base_count as known
    from {{ ref('fct_retention_cell') }}

),

summed as (

    select
        ancestry.ancestor_org_id as org_id,
        school.school_year,
        school.basis_code,
        teacher_cell.flag_code,
        {%- for quartile in [1, 4] %}
        coalesce(sum(teacher_cell.flagged) filter (where school.quartile = {{ quartile }}), 0) as flagged_{{ quartile }},
        coalesce(sum(teacher_cell.known) filter (where school.quartile = {{ quartile }}), 0) as known_{{ quartile }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from school
    inner join teacher_cell on school.org_id = teacher_cell.org_id and school.school_year = teacher_cell.school_year
    inner join ancestry on school.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, school.school_year, school.basis_code, teacher_cell.flag_code

)

select
    *,
    lower(basis_code) || '_quartile' as contrast_id,
    case flag_code when 'INEXPERIENCED' then 'NONE' else flag_code end as facet,
    cast(flagged_1 as double precision) / nullif(known_1, 0) as rate_1,
    cast(flagged_4 as double precision) / nullif(known_4, 0) as rate_4,
    least(known_1, known_4) as smaller_known,
    case when least(known_1, known_4) = 0 then 'NO_STAFF' end as reason_code
from summed
