{# Generated from dbt_project/seeds/indicator_register.csv by `make render`; do not edit. #}
{# Return every row of the models of the indicators that are built: ind_<indicator_id> each. #}
{# The condition is true of all of them: from it PostgreSQL knows which to leave out where indicators are named. #}
{% macro united_indicators() %}
    select * from {{ ref('ind_participation') }} where indicator_id = 'participation'
    union all
    select * from {{ ref('ind_proficiency') }} where indicator_id = 'proficiency'
    union all
    select * from {{ ref('ind_proficiency_accountability') }} where indicator_id = 'proficiency_accountability'
    union all
    select * from {{ ref('ind_performance_level_distribution') }} where indicator_id = 'performance_level_distribution'
    union all
    select * from {{ ref('ind_mean_scale_score') }} where indicator_id = 'mean_scale_score'
    union all
    select * from {{ ref('ind_mean_score_z') }} where indicator_id = 'mean_score_z'
    union all
    select * from {{ ref('ind_gap_percentage_point') }} where indicator_id = 'gap_percentage_point'
    union all
    select * from {{ ref('ind_gap_g') }} where indicator_id = 'gap_g'
    union all
    select * from {{ ref('ind_gap_state_sd') }} where indicator_id = 'gap_state_sd'
    union all
    select * from {{ ref('ind_gap_v') }} where indicator_id = 'gap_v'
    union all
    select * from {{ ref('ind_gap_v_coarsened') }} where indicator_id = 'gap_v_coarsened'
    union all
    select * from {{ ref('ind_gap_trend') }} where indicator_id = 'gap_trend'
    union all
    select * from {{ ref('ind_proficiency_pooled') }} where indicator_id = 'proficiency_pooled'
    union all
    select * from {{ ref('ind_inexperienced_teachers') }} where indicator_id = 'inexperienced_teachers'
    union all
    select * from {{ ref('ind_emergency_credential_teachers') }} where indicator_id = 'emergency_credential_teachers'
    union all
    select * from {{ ref('ind_out_of_field_teachers') }} where indicator_id = 'out_of_field_teachers'
    union all
    select * from {{ ref('ind_ineffective_teachers') }} where indicator_id = 'ineffective_teachers'
    union all
    select * from {{ ref('ind_poverty_quartile') }} where indicator_id = 'poverty_quartile'
    union all
    select * from {{ ref('ind_equity_gap_quartile') }} where indicator_id = 'equity_gap_quartile'
    union all
    select * from {{ ref('ind_equity_ratio_quartile') }} where indicator_id = 'equity_ratio_quartile'
    union all
    select * from {{ ref('ind_exposure_gap') }} where indicator_id = 'exposure_gap'
    union all
    select * from {{ ref('ind_exposure_gap_between_leas') }} where indicator_id = 'exposure_gap_between_leas'
    union all
    select * from {{ ref('ind_exposure_gap_within_leas') }} where indicator_id = 'exposure_gap_within_leas'
    union all
    select * from {{ ref('ind_teacher_retention') }} where indicator_id = 'teacher_retention'
    union all
    select * from {{ ref('ind_teacher_turnover') }} where indicator_id = 'teacher_turnover'
    union all
    select * from {{ ref('ind_teacher_turnover_lea') }} where indicator_id = 'teacher_turnover_lea'
    union all
    select * from {{ ref('ind_teacher_attrition') }} where indicator_id = 'teacher_attrition'
    union all
    select * from {{ ref('ind_vacancy') }} where indicator_id = 'vacancy'
    union all
    select * from {{ ref('ind_vacancy_flow') }} where indicator_id = 'vacancy_flow'
    union all
    select * from {{ ref('ind_student_teacher_ratio') }} where indicator_id = 'student_teacher_ratio'
    union all
    select * from {{ ref('ind_salary_parity') }} where indicator_id = 'salary_parity'
    union all
    select * from {{ ref('ind_salary_parity_adjusted') }} where indicator_id = 'salary_parity_adjusted'
    union all
    select * from {{ ref('ind_access_effective_teachers') }} where indicator_id = 'access_effective_teachers'
    union all
    select * from {{ ref('ind_materials_adoption') }} where indicator_id = 'materials_adoption'
    union all
    select * from {{ ref('ind_materials_student_share') }} where indicator_id = 'materials_student_share'
    union all
    select * from {{ ref('ind_materials_use') }} where indicator_id = 'materials_use'
    union all
    select * from {{ ref('ind_materials_spending') }} where indicator_id = 'materials_spending'
    union all
    select * from {{ ref('ind_materials_spending_per_pupil') }} where indicator_id = 'materials_spending_per_pupil'
    union all
    select * from {{ ref('ind_materials_professional_learning') }} where indicator_id = 'materials_professional_learning'
    union all
    select * from {{ ref('ind_materials_equity') }} where indicator_id = 'materials_equity'
    union all
    select * from {{ ref('ind_materials_adoption_lag') }} where indicator_id = 'materials_adoption_lag'
    union all
    select * from {{ ref('ind_current_expenditure') }} where indicator_id = 'current_expenditure'
    union all
    select * from {{ ref('ind_per_pupil_expenditure') }} where indicator_id = 'per_pupil_expenditure'
    union all
    select * from {{ ref('ind_site_per_pupil_expenditure') }} where indicator_id = 'site_per_pupil_expenditure'
    union all
    select * from {{ ref('ind_instruction_share') }} where indicator_id = 'instruction_share'
    union all
    select * from {{ ref('ind_function_mix') }} where indicator_id = 'function_mix'
    union all
    select * from {{ ref('ind_administration_share') }} where indicator_id = 'administration_share'
    union all
    select * from {{ ref('ind_funding_gini') }} where indicator_id = 'funding_gini'
    union all
    select * from {{ ref('ind_funding_variation') }} where indicator_id = 'funding_variation'
    union all
    select * from {{ ref('ind_funding_mcloone') }} where indicator_id = 'funding_mcloone'
    union all
    select * from {{ ref('ind_funding_poverty_correlation') }} where indicator_id = 'funding_poverty_correlation'
    union all
    select * from {{ ref('ind_funding_poverty_slope') }} where indicator_id = 'funding_poverty_slope'
    union all
    select * from {{ ref('ind_maintenance_of_effort') }} where indicator_id = 'maintenance_of_effort'
    union all
    select * from {{ ref('ind_indirect_cost_recovery') }} where indicator_id = 'indirect_cost_recovery'
    union all
    select * from {{ ref('ind_indirect_cost_rate') }} where indicator_id = 'indirect_cost_rate'
    union all
    select * from {{ ref('ind_excess_cost') }} where indicator_id = 'excess_cost'
    union all
    select * from {{ ref('ind_fund_balance_ratio') }} where indicator_id = 'fund_balance_ratio'
    union all
    select * from {{ ref('ind_funding_cliff_exposure') }} where indicator_id = 'funding_cliff_exposure'
    union all
    select * from {{ ref('ind_budget_execution') }} where indicator_id = 'budget_execution'
    union all
    select * from {{ ref('ind_grant_burn') }} where indicator_id = 'grant_burn'
    union all
    select * from {{ ref('ind_submission_timeliness') }} where indicator_id = 'submission_timeliness'
    union all
    select * from {{ ref('ind_submission_days_late') }} where indicator_id = 'submission_days_late'
    union all
    select * from {{ ref('ind_submission_completeness') }} where indicator_id = 'submission_completeness'
    union all
    select * from {{ ref('ind_school_coverage') }} where indicator_id = 'school_coverage'
    union all
    select * from {{ ref('ind_first_pass_acceptance') }} where indicator_id = 'first_pass_acceptance'
    union all
    select * from {{ ref('ind_error_resolution') }} where indicator_id = 'error_resolution'
    union all
    select * from {{ ref('ind_error_recurrence') }} where indicator_id = 'error_recurrence'
    union all
    select * from {{ ref('ind_cross_file_consistency') }} where indicator_id = 'cross_file_consistency'
    union all
    select * from {{ ref('ind_data_staff_capacity') }} where indicator_id = 'data_staff_capacity'
{% endmacro %}
