{{ config(materialized='incremental', touched_by='org_id', indexes=[{'columns': ['org_id']}],
    extracts=['assessment_result', 'student_enrollment']) }}
with

-- Weighted least squares; from the third year on a scale (indicators.md 1.9).
sloped as (

    select
        *,
        comparable_year_count >= 3 as is_comparable,
        -- 1 where the reference group is ahead, -1 where the focal group is; if they changed places, who is further, then first.
        coalesce(nullif(sign(first_gap + last_gap), 0), sign(first_gap)) as side,
        (product_sum - year_sum * gap_sum / weight_sum) / nullif(year_square_sum - year_sum ^ 2 / weight_sum, 0) as slope,
        1 / sqrt(nullif(year_square_sum - year_sum ^ 2 / weight_sum, 0)) as error
    from {{ ref('int_gap_trend__summed') }}
    where year_count >= 3

),

-- What each group did since the first year; the gap may have closed because the top fell.
compared as (

    select
        sloped.*,
        last_score.reference_mean - first_score.reference_mean as reference_change,
        last_score.focal_mean - first_score.focal_mean as focal_change
    from sloped
    left join {{ ref('int_score_contrast__paired') }} as first_score
        on
            sloped.org_id = first_score.org_id
            and sloped.first_year = first_score.school_year
            and sloped.subject_code = first_score.subject_code
            and sloped.grade_code = first_score.grade_code
            and sloped.contrast_id = first_score.contrast_id
    left join {{ ref('int_score_contrast__paired') }} as last_score
        on
            sloped.org_id = last_score.org_id
            and sloped.school_year = last_score.school_year
            and sloped.subject_code = last_score.subject_code
            and sloped.grade_code = last_score.grade_code
            and sloped.contrast_id = last_score.contrast_id

)

select
    measure_code,
    org_id,
    school_year,
    subject_code,
    grade_code,
    contrast_id,
    is_comparable,
    cast(first_year as integer) as first_year,
    cast(first_gap as numeric(18, 6)) as first_gap,
    cast(last_gap as numeric(18, 6)) as last_gap,
    cast(case when is_comparable then slope end as numeric(18, 6)) as slope,
    cast(case when is_comparable then error end as numeric(18, 6)) as slope_standard_error,
    -- No share of a gap that was zero; no yearly decline of one that changed sides.
    cast(case when is_comparable then 1 - last_gap / nullif(first_gap, 0) end / (school_year - first_year) as numeric(18, 6))
        as closure_rate,
    cast(
        case
            when is_comparable and first_gap * last_gap > 0
                then 1 - power(cast(last_gap / first_gap as double precision), 1.0 / (school_year - first_year))
        end as numeric(18, 6)
    ) as relative_decline,
    -- Where the focal group is ahead, a gap that grows towards zero closes.
    case
        when not is_comparable then null
        when side * slope + {{ var('z_noise') }} * error < 0 then 'closing'
        when side * slope - {{ var('z_noise') }} * error > 0 then 'widening'
        else 'no clear change'
    end as verdict,
    cast(case when is_comparable then reference_change end as numeric(18, 6)) as reference_change,
    cast(case when is_comparable then focal_change end as numeric(18, 6)) as focal_change,
    -- Nearer to each other, since the group that is ahead fell while the other did not rise.
    is_comparable and abs(last_gap) < abs(first_gap) and case side when 1 then reference_change else focal_change end < 0
    and greatest(reference_change, focal_change) <= 0 as is_closing_by_decline,
    cast(n as numeric(18, 6)) as n
from compared
