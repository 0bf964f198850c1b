{#
    Return one part of counting students by every dimension at once: the `dimension` of a row, its `member`, or the grouping
    `sets`, one for each dimension. Without a dimension a row is of all students. A new dimension is a new line here; `among` names
    the dimensions if some of them are enough.
#}
{% macro subgroup(part, among=none) -%}
    {%- set columns = {
        'race_ethnicity': 'race_code',
        'sex': 'sex_code',
        'economic': 'economic_code',
        'english_learner': 'english_learner_code',
        'monitored_learner': 'monitored_learner_code',
        'disability': 'disability_code',
        'gifted': 'gifted_code',
    } -%}
    {%- for dimension in columns.keys() | list if among is not none and dimension not in among -%}
        {%- do columns.pop(dimension) -%}
    {%- endfor -%}
    {%- if part == 'dimension' -%}
        case{% for dimension, column in columns.items() %} when grouping({{ column }}) = 0 then '{{ dimension }}'{% endfor %} else 'all' end
    {%- elif part == 'member' -%}
        coalesce({{ columns.values() | join(', ') }}, 'ALL')
    {%- elif part == 'sets' -%}
        ({{ columns.values() | join('), (') }})
    {%- endif -%}
{%- endmacro %}
