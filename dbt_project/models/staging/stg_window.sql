-- Generated from expectations/extracts/window.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_window as (

    select * from {{ source('raw', 'window') }}

)

select
    built_load.load_id,
    raw_window.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_window.extract,
    raw_window.school_year,
    raw_window.window_code,
    raw_window.open_date,
    raw_window.due_date,
    raw_window.close_date,
    raw_window.certify_date,
    raw_window.window_name,
    raw_window.snapshot_date,
    raw_window.appeal_close_date,
    raw_window.sign_roles,
    raw_window.is_certified
from raw_window
inner join built_load on raw_window.load_id = built_load.load_id
left join quarantined_row
    on
        raw_window.load_id = quarantined_row.load_id
        and raw_window.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
