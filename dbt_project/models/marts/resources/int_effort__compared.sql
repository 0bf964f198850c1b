with

lea as (

    select org_id from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

ledger as (

    select
        *,
        program_code like '2%' as is_special,
        funding_level_code in ('state_local', 'state', 'local') as is_effort
    from {{ ref('fct_ledger_cell') }}
    where is_full_year and org_id in (select lea.org_id from lea)

),

-- State and local money; where the ledger does not say who paid, effort is not known.
spending as (

    select
        org_id,
        school_year,
        sum(current_expenditure_usd) filter (where is_effort) as state_local_usd,
        sum(current_expenditure_usd) filter (where is_effort and is_special) as special_usd,
        coalesce(sum(current_expenditure_usd) filter (where is_special and funding_level_code = 'local'), 0) as special_local_usd,
        -- Local money alone is known where the books tell all of it from the state's.
        bool_and(funding_level_code <> 'state_local') filter (where is_effort and is_special) as is_local_known
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
        spending.org_id,
        spending.school_year,
        spending.state_local_usd,
        spending.state_local_usd / nullif(student.student_count, 0) as state_local_per_pupil_usd,
        spending.special_usd,
        spending.special_usd / nullif(student.disability_count, 0) as special_per_child_usd,
        case when spending.is_local_known then spending.special_local_usd end as special_local_usd,
        case when spending.is_local_known then spending.special_local_usd / nullif(student.disability_count, 0) end
            as special_local_per_child_usd
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
window earlier_years as (
    partition by effort.org_id order by effort.school_year rows between unbounded preceding and 1 preceding
)
