with

adoption as (

    select * from {{ ref('int_adoption__rated') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    adoption.school_year,
    adoption.subject_code,
    adoption.grade_code,
    {%- for unit in ['section', 'student'] %}
    cast(coalesce(sum(adoption.{{ unit }}_count), 0) as bigint) as {{ unit }}_count,
    cast(coalesce(sum(adoption.{{ unit }}_count) filter (where adoption.is_high_quality), 0) as bigint)
        as high_quality_{{ unit }}_count,
    cast(coalesce(sum(adoption.{{ unit }}_count) filter (where adoption.is_lapsed and adoption.is_high_quality), 0) as bigint)
        as lapsed_{{ unit }}_count,
    -- Lines that do not say how many.
    count(*) filter (where adoption.{{ unit }}_count is null) as unknown_{{ unit }}_line_count,
    {%- endfor %}
    {%- for measure, usage in {'used': 'met', 'little_used': 'not_met', 'unknown_use': 'unknown'}.items() %}
    cast(coalesce(
        sum(adoption.student_count) filter (where adoption.is_high_quality and adoption.usage_code = '{{ usage }}'), 0
    ) as bigint) as {{ measure }}_student_count,
    {%- endfor %}
    count(adoption.spending_usd) as spending_line_count,
    coalesce(sum(adoption.spending_usd) filter (where adoption.is_high_quality), 0) as high_quality_usd
from adoption
inner join ancestry on adoption.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, adoption.school_year, adoption.subject_code, adoption.grade_code
