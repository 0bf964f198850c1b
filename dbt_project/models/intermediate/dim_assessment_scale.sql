with

-- What the regular test of a grade gives, whatever its administrations.
test_of_year as (

    select
        load_ranked.owner_org_id as state_code,
        cast(registry.school_year as integer) as school_year,
        registry.subject_code,
        registry.grade_code,
        string_agg(distinct registry.test_code, '+' order by registry.test_code) as test_codes,
        count(distinct concat_ws('/', registry.test_code, registry.minimum_score, registry.maximum_score)) = 1 as is_one_scale,
        min(registry.minimum_score) as loss,
        max(registry.maximum_score) as hoss,
        max(registry.score_standard_error) as score_standard_error,
        string_agg(distinct concat_ws(
            '/', registry.cut_score_level_2, registry.cut_score_level_3, registry.cut_score_level_4, registry.cut_score_level_5
        ), '+') as cut_scores,
        bool_or(registry.is_standard_setting_break) as is_break
    from {{ ref('stg_assessment_registry') }} as registry
    inner join {{ ref('int_load__ranked') }} as load_ranked
        on registry.load_id = load_ranked.load_id and load_ranked.extract = 'assessment_registry' and load_ranked.window_rank = 1
    where registry.assessment_type_code = 'REGULAR'
    group by load_ranked.owner_org_id, registry.school_year, registry.subject_code, registry.grade_code

),

-- A new test, range or standard begins a scale; new cut scores on the same scale begin a cut set.
compared as (

    select
        *,
        is_break
        or coalesce((test_codes, loss, hoss, is_one_scale) <> lag((test_codes, loss, hoss, is_one_scale)) over history, true)
            as begins_scale,
        coalesce(cut_scores <> lag(cut_scores) over history, true) as has_new_cuts
    from test_of_year
    window history as (partition by state_code, subject_code, grade_code order by school_year asc)

),

dated as (

    select
        *,
        max(school_year) filter (where begins_scale) over history as scale_year,
        max(school_year) filter (where begins_scale or has_new_cuts) over history as cut_set_year
    from compared
    window history as (partition by state_code, subject_code, grade_code order by school_year asc)

),

-- A test that ends a course is taken in any grade of middle and high school (1.2).
taken as (

    select
        *,
        concat_ws('-', state_code, subject_code, grade_code, scale_year) as scale_id,
        unnest(string_to_array(
            case grade_code when 'EOC' then '06 07 08 09 10 11 12' else grade_code end || ' ALL', ' '
        )) as enrolled_grade_code
    from dated

)

-- All grades together are comparable while each of them is. Of a test that ends a course the levels count, so that its cut
-- scores do, and the scores do not, so that its scale does not.
select
    state_code,
    school_year,
    subject_code,
    enrolled_grade_code as grade_code,
    string_agg(scale_id, ' ' order by grade_code) filter (where grade_code <> 'EOC') as scale_id,
    string_agg(concat_ws('-', scale_id, cut_set_year), ' ' order by grade_code) as cut_set_id,
    min(loss) filter (where enrolled_grade_code = grade_code) as loss,
    max(hoss) filter (where enrolled_grade_code = grade_code) as hoss,
    max(score_standard_error) filter (where enrolled_grade_code = grade_code) as score_standard_error,
    bool_and(is_one_scale) filter (where enrolled_grade_code = grade_code) as is_one_scale
from taken
group by state_code, school_year, subject_code, enrolled_grade_code
