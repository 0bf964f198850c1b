with

counted as (

    select * from {{ ref('int_school__counted') }}

),

shared as (

    {%- for basis in ['poverty', 'minority'] %}
    {%- for level in ['ALL', 'ELEMENTARY', 'SECONDARY'] %}
    select
        org_id,
        school_year,
        state_code,
        '{{ basis | upper }}' as basis_code,
        '{{ level }}' as level_code,
        student_count,
        case
            when student_count > 0
                then cast(coalesce({{ basis }}_count, 0) as numeric) / nullif({{ basis }}_known_count, 0)
        end as share
    from counted
    {%- if level != 'ALL' %}
    where level_code = '{{ level }}'
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

-- Schools that share a rank share a quartile: the one of the lowest of them (indicators.md 3.2).
ranked as (

    select
        *,
        percent_rank() over (
            partition by state_code, school_year, basis_code, level_code, share is null order by share
        ) as rank_share
    from shared

)

select
    org_id,
    school_year,
    basis_code,
    level_code,
    student_count,
    share,
    case when share is not null then cast(greatest(1, ceil(rank_share * 4)) as integer) end as quartile
from ranked
