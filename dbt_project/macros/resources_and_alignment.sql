{#
    Return resources by goal beside the measures of spending, from `values`, a relation with the columns of indicator_value. Where it
    `withholds`, no need and no index is told that rests on a value which readers of indicator_value do not see.
#}
{% macro resources_and_alignment(values, withholds=false) %}
{%- set need_is_shown = 'goal.is_need_withheld is not true' if withholds else 'true' -%}
{%- set index_is_shown = 'alignment.is_index_withheld is not true' if withholds else 'true' -%}
{%- set resources = ['money', 'people', 'staff_time', 'student_time'] -%}
{%- set above, spending = ['SEA', 'REGION'], ['SEA', 'REGION', 'LEA'] -%}
{#- The role of each measure's row, and the organisations of which it is taken. -#}
{%- set measures = {
    'current_expenditure_usd': ('CURRENT_EXPENDITURE', spending),
    'on_behalf_expenditure_usd': ('CURRENT_EXPENDITURE_ON_BEHALF', spending),
    'per_pupil_expenditure_usd': ('PER_PUPIL_EXPENDITURE', spending),
    'site_per_pupil_expenditure_usd': ('SITE_PER_PUPIL_EXPENDITURE', ['SCHOOL']),
    'instruction_share': ('INSTRUCTION_SHARE', spending),
    'administration_share': ('ADMINISTRATION_SHARE', spending),
    'effort_esea_ratio': ('MAINTENANCE_OF_EFFORT', ['LEA']),
    'effort_idea_ratio': ('MAINTENANCE_OF_EFFORT_IDEA', ['LEA']),
    'fund_balance_ratio': ('FUND_BALANCE_RATIO', spending),
    'funding_cliff_exposure': ('FUNDING_CLIFF_EXPOSURE', spending),
    'funding_gini': ('FUNDING_GINI', above),
    'funding_mcloone': ('FUNDING_MCLOONE', above),
    'funding_poverty_correlation': ('FUNDING_POVERTY_CORRELATION', above),
} -%}
with

shown as (

    select
        *,
        upper(indicator_id) || case facet when 'NONE' then '' else '_' || facet end as role
    from {{ values }}
    where
        indicator_id in (
            'current_expenditure', 'per_pupil_expenditure', 'site_per_pupil_expenditure', 'instruction_share', 'administration_share',
            'maintenance_of_effort', 'fund_balance_ratio', 'funding_cliff_exposure', 'funding_gini', 'funding_mcloone',
            'funding_poverty_correlation'
        )

),

-- Each goal, what serves none, and all of it.
goal as (

    select * from {{ ref('int_goal_alignment__compared') }}
    union all
    select
        org_id,
        school_year,
        'ALL' as goal_code,
        {%- for resource in resources %}
        sum({{ resource }}) as {{ resource }},
        cast(case when sum({{ resource }}) is not null then 1 end as numeric(18, 6)) as {{ resource }}_share,
        {%- endfor %}
        sum(need) as need,
        sum(need_share) as need_share,
        bool_or(is_need_withheld) as is_need_withheld
    from {{ ref('int_goal_alignment__compared') }}
    group by org_id, school_year

),

-- Every organisation that has a goal's resources or a measure of spending.
organisation as (

    select
        row_of.org_id,
        row_of.school_year,
        placed.org_type_code
    from (select org_id, school_year from goal union select org_id, school_year from shown) as row_of
    inner join {{ ref('int_organisation__placed') }} as placed on row_of.org_id = placed.org_id

),

measured as (

    select
        organisation.org_id,
        organisation.org_type_code,
        organisation.school_year,
        {%- for measure, (role, levels) in measures.items() %}
        {{ shown_measure(role, measure, taken="org_type_code in ('" ~ levels | join("', '") ~ "')") }},
        {%- endfor %}
        -- By the dollars: a small deficit is shown as a ratio of 0.
        bool_or(numerator < 0) filter (where role = 'FUND_BALANCE_RATIO' and value is not null) as is_fund_balance_negative
    from organisation
    left join shown on organisation.org_id = shown.org_id and organisation.school_year = shown.school_year
    group by organisation.org_id, organisation.school_year, organisation.org_type_code

),

-- Whether what was spent in the whole year is audited, in all LEAs that are added, in some or in none.
audited as (

    select
        ancestry.ancestor_org_id as org_id,
        period.fiscal_year as school_year,
        case
            when bool_and(period.period_code = 'AUD') then 'AUDITED'
            when bool_or(period.period_code = 'AUD') then 'PARTLY_AUDITED'
            else 'UNAUDITED'
        end as books_status_code
    from {{ ref('int_ledger_period__chosen') }} as period
    inner join {{ ref('int_ancestry__expanded') }} as ancestry on period.lea_id = ancestry.org_id
    where {{ is_full_year('period.period_code') }}
    group by ancestry.ancestor_org_id, period.fiscal_year

),

laid_out as (

    select
        measured.org_id,
        measured.school_year,
        coalesce(goal.goal_code, 'ALL') as goal_code,
        {%- for resource in resources %}
        goal.{{ resource }},
        goal.{{ resource }}_share,
        {%- endfor %}
        case when {{ need_is_shown }} then goal.need_share end as need_share,
        case
            when not ({{ need_is_shown }}) then '*'
            when num_nulls(goal.money, goal.people, goal.staff_time, goal.student_time, goal.need_share) = 0 then null
            when measured.org_type_code = 'SCHOOL' then 'NOT_APPLICABLE'
            else 'MISSING_INPUT'
        end as goal_reason_code,
        measured.is_fund_balance_negative,
        case when measured.current_expenditure_usd is not null then audited.books_status_code end as books_status_code,
        {%- for law in ['esea', 'idea'] %}
        case when measured.effort_{{ law }}_ratio is not null then effort.{{ law }}_status_code end as effort_{{ law }}_status_code,
        {%- endfor %}
        {%- for measure in measures %}
        measured.{{ measure }},
        measured.{{ measure }}_reason_code{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    -- Goals are of LEAs, regions and states.
    left join goal on measured.org_id = goal.org_id and measured.school_year = goal.school_year
    left join audited on measured.org_id = audited.org_id and measured.school_year = audited.school_year
    left join {{ ref('int_effort__judged') }} as effort
        on measured.org_id = effort.org_id and measured.school_year = effort.school_year

)

select
    laid_out.*,
    alignment.discretionary_usd,
    alignment.untagged_share,
    case when {{ index_is_shown }} then alignment.alignment_index end as alignment_index,
    case when {{ index_is_shown }} then alignment.misaligned_usd end as misaligned_usd,
    case
        when not ({{ index_is_shown }}) then '*'
        when alignment.alignment_index is not null then null
        when organisation.org_type_code = 'SCHOOL' then 'NOT_APPLICABLE'
        else coalesce(alignment.reason_code, 'MISSING_INPUT')
    end as alignment_reason_code,
    {{ coverage_columns() }}
from laid_out
left join {{ ref('int_alignment__indexed') }} as alignment
    on laid_out.org_id = alignment.org_id and laid_out.school_year = alignment.school_year
{{ coverage_joins('laid_out', "'finance_ledger'") }}
{% endmacro %}
