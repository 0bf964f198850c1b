with

ledger as (

    select
        org_id,
        school_year,
        current_expenditure_usd as current_usd,
        -- ESEA 8521 is about current expenditure; 34 CFR 300.203 about all: tuition to other LEAs and equipment too, debt aside.
        case when program_code like '2%' then expenditure_usd - debt_usd else 0 end as special_usd,
        funding_level_code
    from {{ ref('fct_ledger_cell') }}
    where is_full_year and org_id in (select org_id from {{ ref('int_organisation__placed') }} where org_type_code = 'LEA')

),

-- Where the ledger does not say of every dollar who paid it, effort is not known; where it does and nothing was spent, it is 0.
spending as (

    select
        org_id,
        school_year,
        {%- for measure, amount, payers, untold in [
            ('state_local_usd', 'current_usd', "'state_local', 'state', 'local'", "'UNKNOWN'"),
            ('special_usd', 'special_usd', "'state_local', 'state', 'local'", "'UNKNOWN'"),
            ('special_local_usd', 'special_usd', "'local'", "'UNKNOWN', 'state_local'"),
        ] %}
        case
            when not bool_or(funding_level_code in ({{ untold }}) and {{ amount }} <> 0)
                then coalesce(sum({{ amount }}) filter (where funding_level_code in ({{ payers }})), 0)
        end as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
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
