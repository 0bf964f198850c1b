{#
    Return the columns of an indicator that is a gap, from a relation with its scope, `smaller_count` and `is_large_enough`: `gap` and
    `error` with the 95 % interval around it. `without_value` is the reason where the groups are large enough and there is
    none, `without_students` that where one of them is empty.
#}
{% macro gap_row(indicator_id, gap, error, without_value, without_students="'NO_STUDENTS'") -%}
    {%- set reason -%}
        case
            when smaller_count = 0 then {{ without_students }}
            when not is_large_enough then 'SMALL_N'
            when {{ gap }} is null then {{ without_value }}
        end
    {%- endset -%}
    {{ indicator_row(
        indicator_id,
        value=gap,
        standard_error=error,
        interval_low=gap ~ ' - ' ~ var('z_interval') ~ ' * ' ~ error,
        interval_high=gap ~ ' + ' ~ var('z_interval') ~ ' * ' ~ error,
        n='smaller_count',
        reason_code=reason,
        subject_code='subject_code',
        grade_code='grade_code',
        contrast_id='contrast_id'
    ) }}
{%- endmacro %}
