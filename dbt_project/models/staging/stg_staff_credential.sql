-- Generated from expectations/extracts/staff_credential.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_staff_credential as (

    select * from {{ source('raw', 'staff_credential') }}

)

select
    built_load.load_id,
    raw_staff_credential.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
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
inner join built_load on raw_staff_credential.load_id = built_load.load_id
left join quarantined_row
    on
        raw_staff_credential.load_id = quarantined_row.load_id
        and raw_staff_credential.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
