{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'],
    indexes=[{'columns': ['org_id']}]
) }}
with

leaf_cell as (

    select * from {{ ref('int_assessment_cell__summed') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    leaf_cell.school_year,
    leaf_cell.subject_code,
    leaf_cell.grade_code,
    leaf_cell.subgroup_dimension_code,
    leaf_cell.subgroup_code,
    {%- for measure in [
        'enrolled', 'expected', 'tested', 'fay_expected', 'fay_tested', 'level_1', 'level_2', 'level_3', 'level_4',
        'proficient', 'fay_proficient', 'score'
    ] %}
    cast(sum(leaf_cell.{{ measure }}_count) as bigint) as {{ measure }}_count,
    {%- endfor %}
    sum(leaf_cell.score_sum) as score_sum,
    sum(leaf_cell.score_sum_of_squares) as score_sum_of_squares
from leaf_cell
inner join ancestry on leaf_cell.org_id = ancestry.org_id
where {{ is_touched('ancestry.ancestor_org_id', ['assessment_result', 'student_enrollment']) }}
group by
    ancestry.ancestor_org_id,
    leaf_cell.school_year,
    leaf_cell.subject_code,
    leaf_cell.grade_code,
    leaf_cell.subgroup_dimension_code,
    leaf_cell.subgroup_code
