with

state_parameter as (

    select * from {{ source('ops', 'state_parameter') }}

)

select
    state_code,
    max(value) filter (where parameter = 'minimum_n') as minimum_n,
    -- No gap of fewer students than any other number of theirs needs.
    max(value) filter (where parameter in ('minimum_n', 'minimum_n_gap')) as minimum_n_gap,
    max(value) filter (where parameter = 'minimum_teacher_fte') as minimum_teacher_fte,
    max(value) filter (where parameter = 'minimum_rated_teachers') as minimum_rated_teachers,
    max(value) filter (where parameter = 'inexperienced_maximum_years') as inexperienced_maximum_years,
    max(value) filter (where parameter = 'charter_credential_exempt') = 1 as is_charter_credential_exempt,
    max(value) filter (where parameter = 'full_contract_days') as full_contract_days,
    max(value) filter (where parameter = 'maximum_untagged_share') as maximum_untagged_share,
    max(value) filter (where parameter = 'payroll_tolerance_share') as payroll_tolerance_share,
    max(value) filter (where parameter = 'proficient_level') as proficient_level,
    max(value) filter (where parameter = 'performance_levels') as performance_levels,
    max(value) filter (where parameter = 'accountability_participation_share') as accountability_participation_share,
    max(value) filter (where parameter = 'first_year_el_exempt') = 1 as is_first_year_el_exempt
from state_parameter
group by state_code
