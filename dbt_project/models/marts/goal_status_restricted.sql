with

measured as (

    select * from {{ ref('int_goal__measured') }}

),

progress as (

    select
        *,
        direction * (actual_value - trajectory_value) >= 0 as is_on_track,
        -- No ratio where the trajectory asks for no change for the better: the sign of the change decides alone.
        case
            when direction * (trajectory_value - baseline_value) > 0
                then (actual_value - baseline_value) / (trajectory_value - baseline_value)
        end as progress_ratio,
        (actual_value - trajectory_value) / nullif(standard_error, 0) as z_score
    from measured

)

select
    goal_code,
    goal_name,
    indicator_id,
    org_id,
    school_year,
    subject_code,
    grade_code,
    subgroup_code,
    contrast_id,
    owner_role,
    baseline_year,
    cast(baseline_value as numeric(18, 6)) as baseline_value,
    target_year,
    cast(target_value as numeric(18, 6)) as target_value,
    cast(trajectory_value as numeric(18, 6)) as trajectory_value,
    cast(actual_value as numeric(18, 6)) as actual_value,
    cast(progress_ratio as numeric(18, 6)) as progress_ratio,
    case
        when actual_value is null then null
        when is_on_track then 'Green'
        when progress_ratio >= {{ var('amber_green_minimum') }} then 'Amber-Green'
        when progress_ratio >= {{ var('amber_red_minimum') }} then 'Amber-Red'
        else 'Red'
    end as status_code,
    is_on_track,
    -- After the target year there is no year left to divide by.
    cast((target_value - actual_value) / nullif(greatest(target_year - school_year, 0), 0) as numeric(18, 6))
        as required_annual_progress,
    cast(z_score as numeric(18, 6)) as z_score,
    abs(z_score) < {{ var('z_noise') }} as is_within_noise,
    reason_code
from progress
