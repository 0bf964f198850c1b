-- Generated from expectations/extracts/goal_target.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_goal_target as (

    select * from {{ source('raw', 'goal_target') }}

)

select
    built_load.load_id,
    raw_goal_target.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_goal_target.goal_code,
    raw_goal_target.goal_name,
    raw_goal_target.indicator_id,
    raw_goal_target.org_id,
    raw_goal_target.subject_code,
    raw_goal_target.grade_code,
    raw_goal_target.subgroup_code,
    raw_goal_target.contrast_id,
    raw_goal_target.baseline_year,
    raw_goal_target.baseline_value,
    raw_goal_target.target_year,
    raw_goal_target.target_value,
    raw_goal_target.trajectory_code,
    raw_goal_target.owner_role,
    raw_goal_target.target_form_code
from raw_goal_target
inner join built_load on raw_goal_target.load_id = built_load.load_id
left join quarantined_row
    on
        raw_goal_target.load_id = quarantined_row.load_id
        and raw_goal_target.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
