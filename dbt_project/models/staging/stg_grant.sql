-- Generated from expectations/extracts/grant.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_grant as (

    select * from {{ source('raw', 'grant') }}

)

select
    built_load.load_id,
    raw_grant.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_grant.lea_id,
    raw_grant.grant_code,
    raw_grant.award_year,
    raw_grant.grant_name,
    raw_grant.assistance_listing,
    raw_grant.award_number,
    raw_grant.fund_code,
    raw_grant.award_usd,
    raw_grant.begin_date,
    raw_grant.end_date,
    raw_grant.recurrence_code,
    raw_grant.goal_codes
from raw_grant
inner join built_load on raw_grant.load_id = built_load.load_id
left join quarantined_row
    on
        raw_grant.load_id = quarantined_row.load_id
        and raw_grant.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
