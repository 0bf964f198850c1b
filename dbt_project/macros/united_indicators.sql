{# Generated from dbt_project/seeds/indicator_register.csv by `make render`; do not edit. #}
{# Return every row of the models of the indicators that are built: ind_<indicator_id> each. #}
{% macro united_indicators() %}
    select * from {{ ref('ind_participation') }}
    union all
    select * from {{ ref('ind_proficiency') }}
    union all
    select * from {{ ref('ind_proficiency_accountability') }}
    union all
    select * from {{ ref('ind_mean_scale_score') }}
    union all
    select * from {{ ref('ind_gap_percentage_point') }}
    union all
    select * from {{ ref('ind_gap_g') }}
    union all
    select * from {{ ref('ind_gap_v') }}
    union all
    select * from {{ ref('ind_inexperienced_teachers') }}
    union all
    select * from {{ ref('ind_exposure_gap') }}
    union all
    select * from {{ ref('ind_current_expenditure') }}
    union all
    select * from {{ ref('ind_per_pupil_expenditure') }}
{% endmacro %}
