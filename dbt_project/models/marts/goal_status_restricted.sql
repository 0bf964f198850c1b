with recursive

progress as (

    select
        *,
        direction * actual_value >= greatest(direction * trajectory_value, direction * baseline_value) as is_on_track,
        -- No ratio where the trajectory asks for no change for the better: the sign of the change decides alone.
        direction * (actual_value - baseline_value)
        / nullif(greatest(direction * (trajectory_value - baseline_value), 0), 0) as progress_ratio,
        -- After the target year there is no year left to divide by.
        (target_value - actual_value) / nullif(greatest(target_year - school_year, 0), 0) as required_annual_progress,
        (actual_value - trajectory_value) / nullif(standard_error, 0) as z_score,
        concat_ws('/', goal_code, indicator_id, org_id, subject_code, grade_code, subgroup_code, contrast_id) as goal_key
    from {{ ref('int_goal__measured') }}

),

-- 1 Red to 4 Green; a value older than one cycle, of a year before the last, counts one step less (indicators.md 6.1).
graded as (

    select
        *,
        greatest(1, case
            when is_on_track then 4
            when progress_ratio >= {{ var('amber_green_minimum') }} then 3
            when progress_ratio >= {{ var('amber_red_minimum') }} then 2
            else 1
        end - case when measured_year < school_year - 1 then 1 else 0 end) as grade,
        -- Years without a value stand alone, below 0, so that the others follow one another.
        (1 - 2 * num_nulls(actual_value))
        * row_number() over (partition by goal_key, num_nulls(actual_value) order by school_year) as step
    from progress

),

-- What chance alone may explain moves a status by one step from the last at most (indicators.md 6.2).
rated as (

    select
        goal_key,
        step,
        case when actual_value is not null then grade end as status
    from graded
    where step <= 1
    union all
    select
        graded.goal_key,
        graded.step,
        case
            when abs(graded.z_score) < {{ var('z_noise') }}
                then greatest(least(graded.grade, rated.status + 1), rated.status - 1)
            else graded.grade
        end as status
    from rated
    inner join graded on rated.goal_key = graded.goal_key and rated.step + 1 = graded.step and rated.step > 0

)

select
    {%- for column in [
        'goal_code', 'goal_name', 'indicator_id', 'org_id', 'school_year', 'subject_code', 'grade_code', 'subgroup_code', 'contrast_id',
        'owner_role', 'baseline_year', 'baseline_value', 'target_year', 'target_value', 'trajectory_value', 'measured_year', 'actual_value'
    ] %}
    graded.{{ column }},
    {%- endfor %}
    {#- Where there is a value and yet not this of it: nothing was asked, no year is left, or no standard error is there. #}
    {%- set unasked, no_error = "'NOT_APPLICABLE'", "case standard_error when 0 then 'NO_VARIATION' else 'NOT_APPLICABLE' end" %}
    {%- for measure, reason in [('progress_ratio', unasked), ('required_annual_progress', unasked), ('z_score', no_error)] %}
    cast(graded.{{ measure }} as numeric(18, 6)) as {{ measure }},
    case when graded.{{ measure }} is null then coalesce(graded.reason_code, {{ reason }}) end as {{ measure }}_reason_code,
    {%- endfor %}
    (array['Red', 'Amber-Red', 'Amber-Green', 'Green'])[rated.status] as status_code,
    graded.is_on_track,
    graded.measured_year < graded.school_year - 1 as is_stale,
    abs(graded.z_score) < {{ var('z_noise') }} as is_within_noise,
    cast({{ normal_share('graded.direction * graded.z_score') }} as numeric(18, 6)) as on_track_probability,
    graded.reason_code
from graded
inner join rated on graded.goal_key = rated.goal_key and graded.step = rated.step
