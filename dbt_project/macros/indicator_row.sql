{#
    Return the columns that every ind_ model has, in their order; what is not given is NULL, ALL or NONE. A `value` that is not
    given is the numerator by the denominator, NULL if that is 0 or if there is a reason: a net negative amount is never divided.
#}
{% macro indicator_row(
    indicator_id, numerator='null', denominator='null', value=none, standard_error='null', interval_low='null', interval_high='null',
    n='null', reason_code='reason_code', subject_code="'ALL'", grade_code="'ALL'", subgroup_code="'ALL'", contrast_id="'NONE'",
    facet="'NONE'"
) -%}
    {%- set divided = 'case when ' ~ reason_code ~ ' is null then cast(' ~ numerator ~ ' as numeric) / nullif(' ~ denominator ~ ', 0) end' -%}
    '{{ indicator_id }}' as indicator_id,
    org_id,
    cast(school_year as integer) as school_year,
    {{ subject_code }} as subject_code,
    {{ grade_code }} as grade_code,
    {{ subgroup_code }} as subgroup_code,
    {{ contrast_id }} as contrast_id,
    {{ facet }} as facet,
    cast({{ numerator }} as numeric(18, 6)) as numerator,
    cast({{ denominator }} as numeric(18, 6)) as denominator,
    cast({{ divided if value is none else value }} as numeric(18, 6)) as value,
    cast({{ standard_error }} as numeric(18, 6)) as standard_error,
    cast({{ interval_low }} as numeric(18, 6)) as interval_low,
    cast({{ interval_high }} as numeric(18, 6)) as interval_high,
    cast({{ n }} as numeric(18, 6)) as n,
    cast({{ reason_code }} as text) as reason_code
{%- endmacro %}
