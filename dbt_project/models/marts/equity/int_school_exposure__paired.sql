with

contrast as (

    select * from {{ ref('contrast') }}
    where contrast_id = 'economic'

),

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

),

rate as (

    select
        org_id,
        school_year,
        cast(numerator / nullif(denominator, 0) as numeric(28, 12)) as inexperienced_share
    from {{ ref('ind_inexperienced_teachers') }}

)

select
    cell.org_id,
    cell.school_year,
    contrast.contrast_id,
    {%- for side in ['reference', 'focal'] %}
    cast(coalesce(
        sum(cell.student_count) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
    ) as bigint) as {{ side }}_count,
    {%- endfor %}
    rate.inexperienced_share
from {{ ref('fct_enrollment_cell') }} as cell
inner join school on cell.org_id = school.org_id
inner join contrast on cell.subgroup_dimension_code = contrast.subgroup_dimension_code
left join rate on cell.org_id = rate.org_id and cell.school_year = rate.school_year
where cell.grade_code = 'ALL'
group by cell.org_id, cell.school_year, contrast.contrast_id, rate.inexperienced_share
