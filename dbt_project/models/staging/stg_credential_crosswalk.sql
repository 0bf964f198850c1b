-- Generated from expectations/extracts/credential_crosswalk.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_credential_crosswalk as (

    select * from {{ source('raw', 'credential_crosswalk') }}

)

select
    built_load.load_id,
    raw_credential_crosswalk.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_credential_crosswalk.credential_field_code,
    raw_credential_crosswalk.credential_type_code,
    raw_credential_crosswalk.assignment_code,
    raw_credential_crosswalk.course_code,
    raw_credential_crosswalk.grade_low_code,
    raw_credential_crosswalk.grade_high_code,
    raw_credential_crosswalk.authorisation_code,
    raw_credential_crosswalk.first_year,
    raw_credential_crosswalk.last_year
from raw_credential_crosswalk
inner join built_load on raw_credential_crosswalk.load_id = built_load.load_id
left join quarantined_row
    on
        raw_credential_crosswalk.load_id = quarantined_row.load_id
        and raw_credential_crosswalk.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
