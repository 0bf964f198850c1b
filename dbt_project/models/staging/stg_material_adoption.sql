-- Generated from expectations/extracts/material_adoption.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_material_adoption as (

    select * from {{ source('raw', 'material_adoption') }}

)

select
    built_load.load_id,
    raw_material_adoption.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_material_adoption.lea_id,
    raw_material_adoption.school_year,
    raw_material_adoption.school_id,
    raw_material_adoption.subject_code,
    raw_material_adoption.grade_code,
    raw_material_adoption.product_id,
    raw_material_adoption.local_title,
    raw_material_adoption.publisher_name,
    raw_material_adoption.status_code,
    raw_material_adoption.is_required,
    raw_material_adoption.adopted_date,
    raw_material_adoption.section_count,
    raw_material_adoption.student_count,
    raw_material_adoption.usage_code,
    raw_material_adoption.pl_hours,
    raw_material_adoption.evidence_code,
    raw_material_adoption.spending_usd
from raw_material_adoption
inner join built_load on raw_material_adoption.load_id = built_load.load_id
left join quarantined_row
    on
        raw_material_adoption.load_id = quarantined_row.load_id
        and raw_material_adoption.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
