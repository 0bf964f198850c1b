-- Generated from expectations/extracts/account_combination.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_account_combination as (

    select * from {{ source('raw', 'account_combination') }}

)

select
    built_load.load_id,
    raw_account_combination.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_account_combination.pair_code,
    raw_account_combination.first_code,
    raw_account_combination.second_code,
    raw_account_combination.first_year,
    raw_account_combination.last_year
from raw_account_combination
inner join built_load on raw_account_combination.load_id = built_load.load_id
left join quarantined_row
    on
        raw_account_combination.load_id = quarantined_row.load_id
        and raw_account_combination.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
