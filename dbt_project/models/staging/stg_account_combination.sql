-- Generated from expectations/extracts/account_combination.yml by `make render`; do not edit.
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

raw_account_combination as (

    select * from {{ source('raw', 'account_combination') }}

)

select
    pinned_load.load_id,
    raw_account_combination.line_number,
    pinned_load.sender_id,
    pinned_load.school_year as submission_school_year,
    pinned_load.window_code as submission_window_code,
    raw_account_combination.pair_code,
    raw_account_combination.first_code,
    raw_account_combination.second_code,
    raw_account_combination.first_year,
    raw_account_combination.last_year
from raw_account_combination
inner join pinned_load on raw_account_combination.load_id = pinned_load.load_id
left join quarantined_row
    on
        raw_account_combination.load_id = quarantined_row.load_id
        and raw_account_combination.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
