{%- set measures = {
    'ESEA_AGGREGATE': 'state_local_usd',
    'ESEA_PER_PUPIL': 'state_local_per_pupil_usd',
    'IDEA_STATE_LOCAL': 'special_usd',
    'IDEA_STATE_LOCAL_PER_CHILD': 'special_per_child_usd',
    'IDEA_LOCAL': 'special_local_usd',
    'IDEA_LOCAL_PER_CHILD': 'special_local_per_child_usd',
} -%}
with

tested as (

    {%- for facet, measure in measures.items() %}
    select
        org_id,
        school_year,
        '{{ facet }}' as facet,
        '{{ facet[:4] }}' as law,
        {{ measure }} as numerator,
        earlier_{{ measure }} as denominator
    from {{ ref('int_effort__compared') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- Any test suffices, so the best one is the answer: NONE for ESEA 8521, IDEA for 34 CFR 300.203(b).
best as (

    select distinct on (org_id, school_year, law)
        org_id,
        school_year,
        case law when 'IDEA' then law else 'NONE' end as facet,
        law,
        numerator,
        denominator
    from tested
    -- Of tests without a ratio, the one of which most is known says why.
    order by
        org_id asc,
        school_year asc,
        law asc,
        numerator / nullif(denominator, 0) desc nulls last,
        numerator desc nulls last,
        facet asc

),

reasoned as (

    select
        *,
        case
            when numerator is null then 'MISSING_INPUT'
            -- Nothing to compare with: the first year.
            when denominator is null then 'NOT_COMPARABLE'
            when numerator < 0 or denominator < 0 then 'NEG_NET'
            when denominator = 0 then 'NO_DOLLARS'
        end as reason_code
    from (
        select * from tested
        union all
        select * from best
    ) as every_test

)

select
    {{ indicator_row('maintenance_of_effort', 'numerator', 'denominator', facet='facet') }}
from reasoned
