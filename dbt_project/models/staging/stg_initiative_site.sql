-- Generated from expectations/extracts/initiative_site.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_initiative_site as (

    select * from {{ source('raw', 'initiative_site') }}

)

select
    built_load.load_id,
    raw_initiative_site.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_initiative_site.initiative_id,
    raw_initiative_site.org_id,
    raw_initiative_site.begin_date,
    raw_initiative_site.end_date,
    raw_initiative_site.fidelity_share
from raw_initiative_site
inner join built_load on raw_initiative_site.load_id = built_load.load_id
left join quarantined_row
    on
        raw_initiative_site.load_id = quarantined_row.load_id
        and raw_initiative_site.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
