with

classified as not materialized (

    select * from {{ ref('int_assessment__classified') }}

),

-- Where the school answers for the student, and where the full academic year was spent, unless that is in the state alone.
placed as (

    select
        classified.*,
        classified.org_id as leaf_org_id,
        true as is_answered_for,
        coalesce(classified.fay_org_id = classified.org_id, false) as is_fay
    from classified
    where {{ is_touched('classified.org_id', ['assessment_result', 'student_enrollment']) }}
    union all
    select
        classified.*,
        classified.fay_org_id as leaf_org_id,
        false as is_answered_for,
        true as is_fay
    from classified
    where
        classified.fay_org_id not in (classified.org_id, left(classified.org_id, 2) || '-000')
        and {{ is_touched('classified.responsible_lea_id', ['assessment_result', 'student_enrollment']) }}

),

-- One row per member of every partition.
cell as (

    select
        leaf_org_id as org_id,
        school_year,
        subject_code,
        grade_code,
        {{ subgroup('dimension') }} as subgroup_dimension_code,
        {{ subgroup('member') }} as subgroup_code,
        {%- set counted = {
            'enrolled': 'is_answered_for', 'expected': 'is_answered_for and is_expected',
            'tested': 'is_answered_for and is_tested',
            'fay_expected': 'is_fay and is_expected',
            'fay_tested': 'is_fay and is_tested',
            'proficient': 'is_answered_for and is_proficient',
            'fay_proficient': 'is_fay and is_proficient',
            'score': 'is_answered_for and scale_score is not null',
        } %}
        {%- for level in performance_levels() %}
        {%- do counted.update({'level_' ~ level: 'is_answered_for and performance_level = ' ~ level}) %}
        {%- endfor %}
        {%- for population, condition in counted.items() %}
        count(*) filter (where {{ condition }}) as {{ population }}_count,
        {%- endfor %}
        coalesce(sum(scale_score) filter (where is_answered_for), 0) as score_sum,
        coalesce(sum(scale_score * scale_score) filter (where is_answered_for), 0) as score_sum_of_squares
    from placed
    group by leaf_org_id, school_year, subject_code, grade_code, grouping sets ({{ subgroup('sets') }}, ())

)

select
    org_id,
    school_year,
    subject_code,
    coalesce(grade_code, 'ALL') as grade_code,
    subgroup_dimension_code,
    subgroup_code,
    {%- for population in counted %}
    cast(sum({{ population }}_count) as bigint) as {{ population }}_count,
    {%- endfor %}
    sum(score_sum) as score_sum,
    sum(score_sum_of_squares) as score_sum_of_squares
from cell
group by org_id, school_year, subject_code, subgroup_dimension_code, subgroup_code, grouping sets ((grade_code), ())
-- Of a student who is another school's and was not to be tested nothing counts: that makes no cell.
having sum(enrolled_count + fay_expected_count) > 0
