-- Generated from expectations/extracts/goal.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_goal as (

    select * from {{ source('raw', 'goal') }}

)

select
    built_load.load_id,
    raw_goal.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_goal.goal_code,
    raw_goal.goal_name,
    raw_goal.goal_area_code,
    raw_goal.strategy,
    raw_goal.owner_role,
    raw_goal.review_routine_code,
    raw_goal.begin_year,
    raw_goal.end_year
from raw_goal
inner join built_load on raw_goal.load_id = built_load.load_id
left join quarantined_row
    on
        raw_goal.load_id = quarantined_row.load_id
        and raw_goal.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
