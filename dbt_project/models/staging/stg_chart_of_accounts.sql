-- Generated from expectations/extracts/chart_of_accounts.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_chart_of_accounts as (

    select * from {{ source('raw', 'chart_of_accounts') }}

)

select
    built_load.load_id,
    raw_chart_of_accounts.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_chart_of_accounts.dimension_code,
    raw_chart_of_accounts.code,
    raw_chart_of_accounts.code_name,
    raw_chart_of_accounts.first_year,
    raw_chart_of_accounts.last_year,
    raw_chart_of_accounts.is_for_district,
    raw_chart_of_accounts.is_for_charter,
    raw_chart_of_accounts.is_for_service_agency
from raw_chart_of_accounts
inner join built_load on raw_chart_of_accounts.load_id = built_load.load_id
left join quarantined_row
    on
        raw_chart_of_accounts.load_id = quarantined_row.load_id
        and raw_chart_of_accounts.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
