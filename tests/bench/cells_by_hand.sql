with

-- A student counts where the school answers for them, and for the full academic year where they spent it: nearly always one place.
placed as (

    select
        classified.*,
        classified.org_id as leaf_org_id,
        true as is_home,
        coalesce(classified.fay_org_id = classified.org_id, false) as is_fay
    from intermediate.int_assessment__classified as classified
    union all
    select
        classified.*,
        classified.fay_org_id as leaf_org_id,
        false as is_home,
        true as is_fay
    from intermediate.int_assessment__classified as classified
    where classified.fay_org_id <> classified.org_id

)

select
    ancestry.ancestor_org_id as org_id,
    placed.school_year,
    placed.subject_code,
    coalesce(placed.grade_code, 'ALL') as grade_code,
    case
        when grouping(placed.race_code) = 0 then 'race_ethnicity'
        when grouping(placed.sex_code) = 0 then 'sex'
        when grouping(placed.economic_code) = 0 then 'economic'
        when grouping(placed.english_learner_code) = 0 then 'english_learner'
        when grouping(placed.monitored_learner_code) = 0 then 'monitored_learner'
        when grouping(placed.disability_code) = 0 then 'disability'
        when grouping(placed.gifted_code) = 0 then 'gifted'
        else 'all'
    end as subgroup_dimension_code,
    coalesce(
        placed.race_code, placed.sex_code, placed.economic_code, placed.english_learner_code, placed.monitored_learner_code,
        placed.disability_code, placed.gifted_code, 'ALL'
    ) as subgroup_code,
    count(*) filter (where placed.is_home) as enrolled_count,
    count(*) filter (where placed.is_home and placed.is_expected) as expected_count,
    count(*) filter (where placed.is_home and placed.is_tested) as tested_count,
    count(*) filter (where placed.is_fay and placed.is_expected) as fay_expected_count,
    count(*) filter (where placed.is_fay and placed.is_tested) as fay_tested_count,
    count(*) filter (where placed.is_home and placed.performance_level = 1) as level_1_count,
    count(*) filter (where placed.is_home and placed.performance_level = 2) as level_2_count,
    count(*) filter (where placed.is_home and placed.performance_level = 3) as level_3_count,
    count(*) filter (where placed.is_home and placed.performance_level = 4) as level_4_count,
    count(*) filter (where placed.is_home and placed.performance_level = 5) as level_5_count,
    count(*) filter (where placed.is_home and placed.is_proficient) as proficient_count,
    count(*) filter (where placed.is_fay and placed.is_proficient) as fay_proficient_count,
    count(*) filter (where placed.is_home and placed.scale_score is not null) as score_count,
    coalesce(sum(placed.scale_score) filter (where placed.is_home), 0) as score_sum,
    coalesce(sum(placed.scale_score * placed.scale_score) filter (where placed.is_home), 0) as score_sum_of_squares
from placed
inner join intermediate.int_ancestry__expanded as ancestry on placed.leaf_org_id = ancestry.org_id
group by
    ancestry.ancestor_org_id,
    placed.school_year,
    placed.subject_code,
    grouping sets ((placed.grade_code), ()),
    grouping sets (
        (placed.race_code),
        (placed.sex_code),
        (placed.economic_code),
        (placed.english_learner_code),
        (placed.monitored_learner_code),
        (placed.disability_code),
        (placed.gifted_code),
        ()
    )
having count(*) filter (where placed.is_home or placed.is_expected) > 0
