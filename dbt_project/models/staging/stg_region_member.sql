-- Generated from expectations/extracts/region_member.yml by `make render`; do not edit.
with

pinned_load as (

    select * from {{ source('ops', 'pinned_load') }}
    where pin_id = {{ var('pin_id') }}

),

raw_region_member as (

    select * from {{ source('raw', 'region_member') }}

)

select
    pinned_load.load_id,
    raw_region_member.line_number,
    pinned_load.sender_id,
    pinned_load.school_year as submission_school_year,
    pinned_load.window_code as submission_window_code,
    raw_region_member.region_org_id,
    raw_region_member.lea_id,
    raw_region_member.valid_from_date,
    raw_region_member.valid_to_date
from raw_region_member
inner join pinned_load on raw_region_member.load_id = pinned_load.load_id
