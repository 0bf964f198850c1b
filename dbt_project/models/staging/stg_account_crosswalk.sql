-- Generated from expectations/extracts/account_crosswalk.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_account_crosswalk as (

    select * from {{ source('raw', 'account_crosswalk') }}

)

select
    built_load.load_id,
    raw_account_crosswalk.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_account_crosswalk.dimension_code,
    raw_account_crosswalk.code,
    raw_account_crosswalk.nces_code,
    raw_account_crosswalk.valid_from_date,
    raw_account_crosswalk.valid_to_date
from raw_account_crosswalk
inner join built_load on raw_account_crosswalk.load_id = built_load.load_id
left join quarantined_row
    on
        raw_account_crosswalk.load_id = quarantined_row.load_id
        and raw_account_crosswalk.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
