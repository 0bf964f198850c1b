{# Generated from dbt_project/seeds/indicator_register.csv by `make render`; do not edit. #}
{# Return every row of the models of the indicators that are built: ind_<indicator_id> each. #}
{% macro united_indicators() %}
    select * from {{ ref('ind_participation') }}
    union all
    select * from {{ ref('ind_proficiency') }}
    union all
    select * from {{ ref('ind_proficiency_accountability') }}
    union all
    select * from {{ ref('ind_performance_level_distribution') }}
    union all
    select * from {{ ref('ind_mean_scale_score') }}
    union all
    select * from {{ ref('ind_mean_score_z') }}
    union all
    select * from {{ ref('ind_gap_percentage_point') }}
    union all
    select * from {{ ref('ind_gap_g') }}
    union all
    select * from {{ ref('ind_gap_state_sd') }}
    union all
    select * from {{ ref('ind_gap_v') }}
    union all
    select * from {{ ref('ind_gap_v_coarsened') }}
    union all
    select * from {{ ref('ind_gap_trend') }}
    union all
    select * from {{ ref('ind_proficiency_pooled') }}
    union all
    select * from {{ ref('ind_inexperienced_teachers') }}
    union all
    select * from {{ ref('ind_emergency_credential_teachers') }}
    union all
    select * from {{ ref('ind_out_of_field_teachers') }}
    union all
    select * from {{ ref('ind_ineffective_teachers') }}
    union all
    select * from {{ ref('ind_poverty_quartile') }}
    union all
    select * from {{ ref('ind_equity_gap_quartile') }}
    union all
    select * from {{ ref('ind_equity_ratio_quartile') }}
    union all
    select * from {{ ref('ind_exposure_gap') }}
    union all
    select * from {{ ref('ind_exposure_gap_between_leas') }}
    union all
    select * from {{ ref('ind_exposure_gap_within_leas') }}
    union all
    select * from {{ ref('ind_teacher_retention') }}
    union all
    select * from {{ ref('ind_teacher_turnover') }}
    union all
    select * from {{ ref('ind_teacher_turnover_lea') }}
    union all
    select * from {{ ref('ind_teacher_attrition') }}
    union all
    select * from {{ ref('ind_vacancy') }}
    union all
    select * from {{ ref('ind_vacancy_flow') }}
    union all
    select * from {{ ref('ind_student_teacher_ratio') }}
    union all
    select * from {{ ref('ind_salary_parity') }}
    union all
    select * from {{ ref('ind_salary_parity_adjusted') }}
    union all
    select * from {{ ref('ind_access_effective_teachers') }}
    union all
    select * from {{ ref('ind_materials_adoption') }}
    union all
    select * from {{ ref('ind_materials_student_share') }}
    union all
    select * from {{ ref('ind_materials_use') }}
    union all
    select * from {{ ref('ind_materials_spending') }}
    union all
    select * from {{ ref('ind_materials_professional_learning') }}
    union all
    select * from {{ ref('ind_materials_equity') }}
    union all
    select * from {{ ref('ind_materials_adoption_lag') }}
    union all
    select * from {{ ref('ind_current_expenditure') }}
    union all
    select * from {{ ref('ind_per_pupil_expenditure') }}
    union all
    select * from {{ ref('ind_site_per_pupil_expenditure') }}
    union all
    select * from {{ ref('ind_instruction_share') }}
    union all
    select * from {{ ref('ind_function_mix') }}
    union all
    select * from {{ ref('ind_administration_share') }}
    union all
    select * from {{ ref('ind_funding_gini') }}
    union all
    select * from {{ ref('ind_funding_variation') }}
    union all
    select * from {{ ref('ind_funding_mcloone') }}
    union all
    select * from {{ ref('ind_funding_poverty_correlation') }}
    union all
    select * from {{ ref('ind_funding_poverty_slope') }}
    union all
    select * from {{ ref('ind_maintenance_of_effort') }}
    union all
    select * from {{ ref('ind_indirect_cost_recovery') }}
    union all
    select * from {{ ref('ind_indirect_cost_rate') }}
    union all
    select * from {{ ref('ind_excess_cost') }}
    union all
    select * from {{ ref('ind_fund_balance_ratio') }}
    union all
    select * from {{ ref('ind_funding_cliff_exposure') }}
    union all
    select * from {{ ref('ind_budget_execution') }}
    union all
    select * from {{ ref('ind_grant_burn') }}
    union all
    select * from {{ ref('ind_submission_timeliness') }}
    union all
    select * from {{ ref('ind_submission_days_late') }}
    union all
    select * from {{ ref('ind_submission_completeness') }}
    union all
    select * from {{ ref('ind_first_pass_acceptance') }}
    union all
    select * from {{ ref('ind_error_resolution') }}
    union all
    select * from {{ ref('ind_error_recurrence') }}
    union all
    select * from {{ ref('ind_cross_file_consistency') }}
    union all
    select * from {{ ref('ind_data_staff_capacity') }}
{% endmacro %}
