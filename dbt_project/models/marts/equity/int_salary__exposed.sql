with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

school as (

    select * from {{ ref('int_school_contrast__counted') }}

),

salary as (

    select
        org_id,
        school_year,
        paid_fte,
        adjusted_paid_fte,
        salary_fte_usd / nullif(paid_fte, 0) as salary_usd,
        adjusted_salary_fte_usd / nullif(adjusted_paid_fte, 0) as adjusted_salary_usd
    from {{ ref('fct_salary_cell') }}

)

select
    ancestry.ancestor_org_id as org_id,
    school.school_year,
    school.contrast_id,
    sum(school.reference_count + school.focal_count) as student_count,
    {%- for side in ['reference', 'focal'] %}
    sum(school.{{ side }}_count) filter (where salary.salary_usd is not null) as {{ side }}_count,
    {%- for measure in ['salary_usd', 'adjusted_salary_usd'] %}
    cast(
        sum(school.{{ side }}_count * salary.{{ measure }})
        / nullif(sum(school.{{ side }}_count) filter (where salary.{{ measure }} is not null), 0) as numeric(18, 6)
    ) as {{ side }}_{{ measure }},
    {%- endfor %}
    {%- endfor %}
    coalesce(sum(salary.paid_fte), 0) as paid_fte,
    coalesce(sum(salary.adjusted_paid_fte), 0) as adjusted_paid_fte
from school
inner join ancestry on school.org_id = ancestry.org_id
left join salary on school.org_id = salary.org_id and school.school_year = salary.school_year
group by ancestry.ancestor_org_id, school.school_year, school.contrast_id
