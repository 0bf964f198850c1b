{#
    Return an indicator of what the average disadvantaged student meets at school less what others meet: the whole gap or a part
    of it, by the column of int_exposure__decomposed that `measure` names, of the rows where `condition` holds.
#}
{% macro exposure_gap(indicator_id, measure, condition, facet='facet') %}
with

exposure as (

    select * from {{ ref('int_exposure__decomposed') }}
    where {{ condition }}

)

select
    {{ indicator_row(indicator_id, value=measure, n='smaller_count', contrast_id='contrast_id', facet=facet) }}
from exposure
{% endmacro %}
