with

ledger as (

    select
        org_id,
        school_year,
        current_expenditure_usd as current_usd,
        -- ESEA 8521 is about current expenditure; 34 CFR 300.203 about all: tuition to other LEAs and equipment too, debt aside.
        case when program_code like '2%' then expenditure_usd - debt_usd else 0 end as special_usd,
        funding_level_code,
        funding_level_code = 'UNKNOWN' as is_unknown,
        funding_level_code in ('state_local', 'state', 'local') as is_own
    from {{ ref('fct_ledger_cell') }}
    where
        is_full_year and org_id in (
            select lea.org_id from {{ ref('int_organisation__placed') }} as lea
            where lea.org_type_code = 'LEA'
        )

),

-- Where the ledger does not say of every dollar who paid it, effort is not known; where it does and nothing was spent, it is 0.
spending as (

    select
        org_id,
        school_year,
        case when not bool_or(is_unknown and current_usd <> 0) then coalesce(sum(current_usd) filter (where is_own), 0) end
            as state_local_usd,
        case when not bool_or(is_unknown and special_usd <> 0) then coalesce(sum(special_usd) filter (where is_own), 0) end
            as special_usd,
        case
            when not bool_or(funding_level_code in ('UNKNOWN', 'state_local') and special_usd <> 0)
                then coalesce(sum(special_usd) filter (where funding_level_code = 'local'), 0)
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
        student.student_count,
        student.disability_count,
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
