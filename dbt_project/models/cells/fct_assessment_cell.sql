{%- set level_counts = [] -%}
{%- for level in performance_levels() %}{% do level_counts.append('level_' ~ level ~ '_count') %}{% endfor -%}
{%- set measures =
    ['enrolled_count', 'expected_count', 'tested_count', 'fay_expected_count', 'fay_tested_count'] + level_counts
    + ['proficient_count', 'fay_proficient_count', 'score_count', 'score_sum', 'score_sum_of_squares']
-%}
{{ config(
    materialized='incremental', touched_by='org_id', extracts=['assessment_result', 'student_enrollment'],
    adds_up=measures, indexes=[{'columns': ['org_id']}]
) }}
with

leaf_cell as (

    select
        org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_dimension_code,
        subgroup_code,
        {%- for measure in measures %}
        {{ measure }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_assessment_cell__summed') }}
    union all
    -- The state's row is the cell of its pseudo-child.
    select
        org_id || '-000' as org_id,
        school_year,
        subject_code,
        grade_code,
        subgroup_dimension_code,
        subgroup_code,
        {%- for measure in measures %}
        {{ measure if measure.startswith('fay_') else 0 }} as {{ measure }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_assessment_cell__transferred') }}
    where org_id = left(org_id, 2)

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
    {%- for measure in measures if measure.endswith('_count') %}
    cast(sum(leaf_cell.{{ measure }}) as bigint) as {{ measure }},
    {%- endfor %}
    sum(leaf_cell.score_sum) as score_sum,
    sum(leaf_cell.score_sum_of_squares) as score_sum_of_squares
from leaf_cell
inner join ancestry on leaf_cell.org_id = ancestry.org_id
where {{ is_touched('ancestry.ancestor_org_id', ['assessment_result', 'student_enrollment'], totals=false) }}
group by
    ancestry.ancestor_org_id,
    leaf_cell.school_year,
    leaf_cell.subject_code,
    leaf_cell.grade_code,
    leaf_cell.subgroup_dimension_code,
    leaf_cell.subgroup_code
-- The rows of a region or of the state lie together: whoever adds to them reads few pages.
order by ancestry.ancestor_org_id
