-- Generated from expectations/extracts/org_directory.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_org_directory as (

    select * from {{ source('raw', 'org_directory') }}

)

select
    built_load.load_id,
    raw_org_directory.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_org_directory.org_id,
    raw_org_directory.org_type_code,
    raw_org_directory.org_name,
    raw_org_directory.parent_org_id,
    raw_org_directory.nces_lea_id,
    raw_org_directory.nces_school_id,
    raw_org_directory.is_charter,
    raw_org_directory.grade_low_code,
    raw_org_directory.grade_high_code,
    raw_org_directory.locale_code,
    raw_org_directory.open_date,
    raw_org_directory.close_date,
    raw_org_directory.successor_org_id,
    raw_org_directory.merge_date,
    raw_org_directory.operational_status_code,
    raw_org_directory.lea_type_code,
    raw_org_directory.school_type_code,
    raw_org_directory.fiscal_agent_org_id,
    raw_org_directory.title_i_status_code,
    raw_org_directory.csi_status_code,
    raw_org_directory.tsi_status_code,
    raw_org_directory.atsi_status_code,
    raw_org_directory.lunch_program_code,
    raw_org_directory.valid_from_date,
    raw_org_directory.valid_to_date
from raw_org_directory
inner join built_load on raw_org_directory.load_id = built_load.load_id
left join quarantined_row
    on
        raw_org_directory.load_id = quarantined_row.load_id
        and raw_org_directory.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
