-- Generated from expectations/extracts/material.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_material as (

    select * from {{ source('raw', 'material') }}

)

select
    built_load.load_id,
    raw_material.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_material.product_id,
    raw_material.product_title,
    raw_material.publisher_name,
    raw_material.edition,
    raw_material.published_year,
    raw_material.isbn,
    raw_material.subject_code,
    raw_material.grade_low_code,
    raw_material.grade_high_code,
    raw_material.material_type_code,
    raw_material.rating_source_code,
    raw_material.rating_code,
    raw_material.rating_date,
    raw_material.is_high_quality,
    raw_material.listed_date,
    raw_material.valid_to_date
from raw_material
inner join built_load on raw_material.load_id = built_load.load_id
left join quarantined_row
    on
        raw_material.load_id = quarantined_row.load_id
        and raw_material.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
