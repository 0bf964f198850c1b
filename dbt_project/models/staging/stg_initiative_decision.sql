-- Generated from expectations/extracts/initiative_decision.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_initiative_decision as (

    select * from {{ source('raw', 'initiative_decision') }}

)

select
    built_load.load_id,
    raw_initiative_decision.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_initiative_decision.initiative_id,
    raw_initiative_decision.decision_date,
    raw_initiative_decision.decision_code,
    raw_initiative_decision.decided_by_role,
    raw_initiative_decision.evidence,
    raw_initiative_decision.release_id,
    raw_initiative_decision.effect_value,
    raw_initiative_decision.effect_low,
    raw_initiative_decision.effect_high,
    raw_initiative_decision.fidelity_share,
    raw_initiative_decision.due_date,
    raw_initiative_decision.done_date
from raw_initiative_decision
inner join built_load on raw_initiative_decision.load_id = built_load.load_id
left join quarantined_row
    on
        raw_initiative_decision.load_id = quarantined_row.load_id
        and raw_initiative_decision.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
