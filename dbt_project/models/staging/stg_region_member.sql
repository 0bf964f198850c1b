-- Generated from expectations/extracts/region_member.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_region_member as (

    select * from {{ source('raw', 'region_member') }}

)

select
    built_load.load_id,
    raw_region_member.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_region_member.region_org_id,
    raw_region_member.lea_id,
    raw_region_member.valid_from_date,
    raw_region_member.valid_to_date
from raw_region_member
inner join built_load on raw_region_member.load_id = built_load.load_id
left join quarantined_row
    on
        raw_region_member.load_id = quarantined_row.load_id
        and raw_region_member.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
