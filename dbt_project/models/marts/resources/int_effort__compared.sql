with

lea as (

    select org_id from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

ledger as (

    select
        *,
        program_code like '2%' as is_special,
        funding_level_code = 'federal' as is_federal,
        funding_level_code in ('state_local', 'state', 'local') as is_effort,
        funding_level_code <> 'UNKNOWN' or current_expenditure_usd = 0 as is_known
    from {{ ref('fct_ledger_cell') }}
    where is_full_year and org_id in (select lea.org_id from lea)

),

-- State and local money; where the ledger does not say of every dollar who paid it, effort is not known.
spending as (

    select
        org_id,
        school_year,
        case when bool_and(is_known) then sum(current_expenditure_usd) filter (where is_effort) end as state_local_usd,
        case
            when bool_and(is_known or not is_special) then sum(current_expenditure_usd) filter (where is_effort and is_special)
        end as special_usd,
        -- Local money alone is known where the books tell all of it from the state's.
        case
            when bool_and(is_known and funding_level_code <> 'state_local') filter (where is_special and not is_federal)
                then coalesce(sum(current_expenditure_usd) filter (where is_special and funding_level_code = 'local'), 0)
        end as special_local_usd
    from ledger
    group by org_id, school_year

),

student as (

    select
        org_id,
        school_year,
        sum(student_count) filter (where subgroup_dimension_code = 'all') as student_count,
        sum(student_count) filter (where subgroup_code = 'WDIS') as disability_count
    from {{ ref('fct_enrollment_cell') }}
    where grade_code = 'ALL'
    group by org_id, school_year

),

effort as (

    select
        spending.*,
        spending.state_local_usd / nullif(student.student_count, 0) as state_local_per_pupil_usd,
        spending.special_usd / nullif(student.disability_count, 0) as special_per_child_usd,
        spending.special_local_usd / nullif(student.disability_count, 0) as special_local_per_child_usd
    from spending
    left join student on spending.org_id = student.org_id and spending.school_year = student.school_year

)

select
    effort.*,
    earlier.state_local_usd as earlier_state_local_usd,
    earlier.state_local_per_pupil_usd as earlier_state_local_per_pupil_usd,
    -- 34 CFR 300.203(c): the last year in which effort was met by the same method, so the highest of all earlier years.
    max(effort.special_usd) over earlier_years as earlier_special_usd,
    max(effort.special_per_child_usd) over earlier_years as earlier_special_per_child_usd,
    max(effort.special_local_usd) over earlier_years as earlier_special_local_usd,
    max(effort.special_local_per_child_usd) over earlier_years as earlier_special_local_per_child_usd
from effort
left join effort as earlier on effort.org_id = earlier.org_id and effort.school_year = earlier.school_year + 1
window earlier_years as (partition by effort.org_id order by effort.school_year rows between unbounded preceding and 1 preceding)
