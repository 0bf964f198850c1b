-- Generated from expectations/extracts/time_use.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_time_use as (

    select * from {{ source('raw', 'time_use') }}

)

select
    built_load.load_id,
    raw_time_use.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_time_use.lea_id,
    raw_time_use.school_year,
    raw_time_use.school_id,
    raw_time_use.activity_id,
    raw_time_use.activity_name,
    raw_time_use.time_kind_code,
    raw_time_use.subject_code,
    raw_time_use.grade_low_code,
    raw_time_use.grade_high_code,
    raw_time_use.begin_date,
    raw_time_use.end_date,
    raw_time_use.offered_hours,
    raw_time_use.participant_count,
    raw_time_use.participant_hours,
    raw_time_use.full_dose_count,
    raw_time_use.is_required,
    raw_time_use.provider_code,
    raw_time_use.goal_code,
    raw_time_use.initiative_id,
    raw_time_use.product_id,
    raw_time_use.project_code
from raw_time_use
inner join built_load on raw_time_use.load_id = built_load.load_id
left join quarantined_row
    on
        raw_time_use.load_id = quarantined_row.load_id
        and raw_time_use.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
