{#- Law, what is to be held, by whom it is divided (1: the total), the years that it is held against and the part of theirs. -#}
{%- set before, all_earlier = 'effort.school_year = earlier.school_year + 1', 'effort.school_year > earlier.school_year' -%}
{%- set tests = [
    ('ESEA', 'state_local_usd', '1', before, 0.9),
    ('ESEA', 'state_local_usd', 'student_count', before, 0.9),
    ('IDEA', 'special_usd', '1', all_earlier, 1),
    ('IDEA', 'special_usd', 'disability_count', all_earlier, 1),
    ('IDEA', 'special_local_usd', '1', all_earlier, 1),
    ('IDEA', 'special_local_usd', 'disability_count', all_earlier, 1),
] -%}
{#- A test is known where nothing is negative, everybody was counted and a year that it is held against has dollars. -#}
with

effort as (

    select * from {{ ref('int_effort__compared') }}

),

-- Multiplied out: what is spent per pupil is rounded, and a rounded amount may pass where the dollars do not.
tested as (

    {%- for law, amount, count, years, level in tests %}
    {%- set now, then = ('1', '1') if count == '1' else ('effort.' ~ count, 'earlier.' ~ count) %}
    select
        effort.org_id,
        effort.school_year,
        '{{ law }}' as law,
        bool_and(effort.{{ amount }} * {{ then }} >= {{ level }} * earlier.{{ amount }} * {{ now }}) as is_met
    from effort
    inner join effort as earlier on effort.org_id = earlier.org_id and {{ years }}
    where effort.{{ amount }} >= 0 and earlier.{{ amount }} is not null and {{ now }} > 0 and {{ then }} > 0
    group by effort.org_id, effort.school_year
    having max(earlier.{{ amount }}) > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

-- Any test suffices (ESEA 8521; 34 CFR 300.203(b)).
select
    org_id,
    school_year,
    case bool_or(is_met) filter (where law = 'ESEA') when true then 'MET' when false then 'NOT_MET' end as esea_status_code,
    case bool_or(is_met) filter (where law = 'IDEA') when true then 'MET' when false then 'NOT_MET' end as idea_status_code
from tested
group by org_id, school_year
