-- Generated from expectations/extracts/control_total.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_control_total as (

    select * from {{ source('raw', 'control_total') }}

)

select
    built_load.load_id,
    raw_control_total.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_control_total.lea_id,
    raw_control_total.fiscal_year,
    raw_control_total.control_code,
    raw_control_total.assistance_listing,
    raw_control_total.source_prefix,
    raw_control_total.certified_usd,
    raw_control_total.as_of_date,
    raw_control_total.certified_date
from raw_control_total
inner join built_load on raw_control_total.load_id = built_load.load_id
left join quarantined_row
    on
        raw_control_total.load_id = quarantined_row.load_id
        and raw_control_total.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
