-- Generated from expectations/extracts/region.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_region as (

    select * from {{ source('raw', 'region') }}

)

select
    built_load.load_id,
    raw_region.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_region.region_org_id,
    raw_region.region_name,
    raw_region.office_name,
    raw_region.office_phone,
    raw_region.office_email,
    raw_region.website,
    raw_region.street_address,
    raw_region.city,
    raw_region.postal_code,
    raw_region.service_codes,
    raw_region.open_date,
    raw_region.close_date
from raw_region
inner join built_load on raw_region.load_id = built_load.load_id
left join quarantined_row
    on
        raw_region.load_id = quarantined_row.load_id
        and raw_region.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
