{{ config(
    materialized='incremental', touched_by='org_id', extracts=['staff', 'staff_assignment'], indexes=[{'columns': ['org_id']}]
) }}
{%- set flags = {
    'INEXPERIENCED': 'is_inexperienced',
    'EMERGENCY': 'is_emergency',
    'OUT_OF_FIELD': 'is_out_of_field',
    'INEFFECTIVE': 'is_ineffective',
} -%}
with

teacher as (

    select * from {{ ref('int_teacher__flagged') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

teacher_by_leaf as (

    select
        org_id,
        school_year,
        {%- for column in flags.values() %}
        coalesce(sum(fte_cap) filter (where {{ column }}), 0) as {{ column }}_flagged_fte,
        coalesce(sum(fte_cap) filter (where {{ column }} is not null), 0) as {{ column }}_known_fte,
        {%- endfor %}
        coalesce(sum(fte_cap) filter (where is_credential_exempt), 0) as exempt_fte,
        sum(fte_cap) as fte_cap
    from teacher
    group by org_id, school_year

)

select
    ancestry.ancestor_org_id as org_id,
    teacher_by_leaf.school_year,
    flag.flag_code,
    sum(teacher_by_leaf.fte_cap) as fte_cap,
    sum(flag.not_required_fte) as not_required_fte,
    sum(flag.known_fte) as known_fte,
    sum(flag.flagged_fte) as flagged_fte
from teacher_by_leaf
cross join
    lateral (
        values
        {%- for flag, column in flags.items() %}
        (
            '{{ flag }}',
            {{ 'teacher_by_leaf.exempt_fte' if flag in ('EMERGENCY', 'OUT_OF_FIELD') else '0' }},
            teacher_by_leaf.{{ column }}_known_fte,
            teacher_by_leaf.{{ column }}_flagged_fte
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as flag (flag_code, not_required_fte, known_fte, flagged_fte)
inner join ancestry on teacher_by_leaf.org_id = ancestry.org_id
where {{ is_touched('ancestry.ancestor_org_id', ['staff', 'staff_assignment']) }}
group by ancestry.ancestor_org_id, teacher_by_leaf.school_year, flag.flag_code
