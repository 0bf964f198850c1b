-- Generated from expectations/extracts/staff_credential.yml by `make render`; do not edit.
with

pinned_load as (

    select * from {{ source('ops', 'pinned_load') }}
    where pin_id = {{ env_var('PIN_ID', '0') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'quarantined_row') }}
    where pin_id = {{ env_var('PIN_ID', '0') }}

),

raw_staff_credential as (

    select * from {{ source('raw', 'staff_credential') }}

)

select
    pinned_load.load_id,
    raw_staff_credential.line_number,
    pinned_load.sender_id,
    pinned_load.school_year as submission_school_year,
    pinned_load.window_code as submission_window_code,
    raw_staff_credential.lea_id,
    raw_staff_credential.staff_pid,
    raw_staff_credential.credential_id,
    raw_staff_credential.credential_type_code,
    raw_staff_credential.credential_basis_code,
    raw_staff_credential.credential_field_code,
    raw_staff_credential.grade_low_code,
    raw_staff_credential.grade_high_code,
    raw_staff_credential.issue_date,
    raw_staff_credential.expiration_date,
    raw_staff_credential.revoked_date
from raw_staff_credential
inner join pinned_load on raw_staff_credential.load_id = pinned_load.load_id
left join quarantined_row
    on
        raw_staff_credential.load_id = quarantined_row.load_id
        and raw_staff_credential.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
