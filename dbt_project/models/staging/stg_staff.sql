-- Generated from expectations/extracts/staff.yml by `make render`; do not edit.
with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

-- What rules of level 2 set aside (docs/decisions/0008).
quarantined_row as (

    select * from {{ source('ops', 'basis_quarantined_row') }}

),

raw_staff as (

    select * from {{ source('raw', 'staff') }}

)

select
    built_load.load_id,
    raw_staff.line_number,
    built_load.sender_id,
    built_load.school_year as submission_school_year,
    built_load.window_code as submission_window_code,
    raw_staff.lea_id,
    raw_staff.school_year,
    raw_staff.staff_pid,
    raw_staff.sex_code,
    raw_staff.is_hispanic,
    raw_staff.is_american_indian,
    raw_staff.is_asian,
    raw_staff.is_black,
    raw_staff.is_pacific_islander,
    raw_staff.is_white,
    raw_staff.is_certificated,
    raw_staff.employment_status_code,
    raw_staff.highest_degree_code,
    raw_staff.years_teaching_total,
    raw_staff.years_in_lea,
    raw_staff.years_prior_professional,
    raw_staff.hire_date,
    raw_staff.employment_begin_date,
    raw_staff.employment_end_date,
    raw_staff.contract_days,
    raw_staff.annual_base_salary_usd,
    raw_staff.annual_total_salary_usd,
    raw_staff.benefits_usd,
    raw_staff.separation_date,
    raw_staff.separation_type_code,
    raw_staff.separation_reason_code,
    raw_staff.non_assigned_reason_code,
    raw_staff.effectiveness_year,
    raw_staff.effectiveness_rating_code,
    raw_staff.not_rated_reason_code
from raw_staff
inner join built_load on raw_staff.load_id = built_load.load_id
left join quarantined_row
    on
        raw_staff.load_id = quarantined_row.load_id
        and raw_staff.line_number = quarantined_row.line_number
where quarantined_row.load_id is null
