-- Generated from expectations/extracts/initiative.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_initiative as (

    select * from {{ source('raw', 'initiative') }}

)

select
    built_load.load_id,
    raw_initiative.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_initiative.initiative_id,
    raw_initiative.initiative_name,
    raw_initiative.goal_code,
    raw_initiative.other_goal_codes,
    raw_initiative.lead_org_id,
    raw_initiative.owner_role,
    raw_initiative.begin_date,
    raw_initiative.end_date,
    raw_initiative.status_code,
    raw_initiative.evidence_tier_code,
    raw_initiative.indicator_id,
    raw_initiative.minimum_effect,
    raw_initiative.budget_usd,
    raw_initiative.grant_code
from raw_initiative
inner join built_load on raw_initiative.load_id = built_load.load_id
left join quarantined_row
    on
        raw_initiative.load_id = quarantined_row.load_id
        and raw_initiative.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
