{# Return resources by goal beside the measures of spending, from `values`, a relation with the columns of indicator_value. #}
{% macro resources_and_alignment(values) %}
{%- set resources = ['money', 'people', 'staff_time', 'student_time'] -%}
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

measured as (

    select
        org_id,
        school_year,
        {{ shown_measure('CURRENT_EXPENDITURE', 'current_expenditure_usd') }},
        {{ shown_measure('PER_PUPIL_EXPENDITURE', 'per_pupil_expenditure_usd') }},
        {{ shown_measure('SITE_PER_PUPIL_EXPENDITURE', 'site_per_pupil_expenditure_usd') }},
        {{ shown_measure('INSTRUCTION_SHARE', 'instruction_share') }},
        {{ shown_measure('ADMINISTRATION_SHARE', 'administration_share') }},
        {{ shown_measure('MAINTENANCE_OF_EFFORT', 'effort_esea_ratio') }},
        {{ shown_measure('MAINTENANCE_OF_EFFORT_IDEA', 'effort_idea_ratio') }},
        {{ shown_measure('FUND_BALANCE_RATIO', 'fund_balance_ratio') }},
        {{ shown_measure('FUNDING_CLIFF_EXPOSURE', 'funding_cliff_exposure') }},
        {{ shown_measure('FUNDING_GINI', 'funding_gini') }},
        {{ shown_measure('FUNDING_MCLOONE', 'funding_mcloone') }},
        {{ shown_measure('FUNDING_POVERTY_CORRELATION', 'funding_poverty_correlation') }},
        -- ESEA 8521: 90 % of the year before; 34 CFR 300.203: the level to be held. By the dollars, since a shown ratio is rounded.
        {%- for law, role, level in [('esea', 'MAINTENANCE_OF_EFFORT', 0.9), ('idea', 'MAINTENANCE_OF_EFFORT_IDEA', 1)] %}
        case bool_or(numerator >= {{ level }} * denominator) filter (where role = '{{ role }}' and value is not null)
            when true then 'MET'
            when false then 'NOT_MET'
        end as effort_{{ law }}_status_code{{ ',' if not loop.last }}
        {%- endfor %}
    from shown
    group by org_id, school_year

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
        sum(need_share) as need_share
    from {{ ref('int_goal_alignment__compared') }}
    group by org_id, school_year

),

laid_out as (

    select
        coalesce(goal.org_id, measured.org_id) as org_id,
        coalesce(goal.school_year, measured.school_year) as school_year,
        coalesce(goal.goal_code, 'ALL') as goal_code,
        {%- for resource in resources %}
        goal.{{ resource }},
        goal.{{ resource }}_share,
        {%- endfor %}
        goal.need_share,
        case when num_nulls(goal.money, goal.people, goal.staff_time, goal.student_time, goal.need_share) > 0 then 'MISSING_INPUT' end
            as goal_reason_code,
        measured.effort_esea_status_code,
        measured.effort_idea_status_code,
        {%- for measure in [
            'current_expenditure_usd', 'per_pupil_expenditure_usd', 'site_per_pupil_expenditure_usd', 'instruction_share',
            'administration_share', 'effort_esea_ratio', 'effort_idea_ratio', 'fund_balance_ratio', 'funding_cliff_exposure',
            'funding_gini', 'funding_mcloone', 'funding_poverty_correlation',
        ] %}
        measured.{{ measure }},
        case when measured.{{ measure }} is null then coalesce(measured.{{ measure }}_reason_code, 'MISSING_INPUT') end
            as {{ measure }}_reason_code{{ ',' if not loop.last }}
        {%- endfor %}
    from goal
    full outer join measured on goal.org_id = measured.org_id and goal.school_year = measured.school_year

)

select
    laid_out.*,
    alignment.discretionary_usd,
    alignment.untagged_share,
    alignment.alignment_index,
    alignment.misaligned_usd,
    case when alignment.alignment_index is null then coalesce(alignment.reason_code, 'MISSING_INPUT') end as alignment_reason_code,
    {{ coverage_columns() }}
from laid_out
left join {{ ref('int_alignment__indexed') }} as alignment
    on laid_out.org_id = alignment.org_id and laid_out.school_year = alignment.school_year
{{ coverage_joins('laid_out', "'finance_ledger'") }}
{% endmacro %}
