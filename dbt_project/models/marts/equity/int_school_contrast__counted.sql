with

contrast as (

    select * from {{ ref('contrast') }}
    where contrast_id = 'economic'

),

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

)

select
    cell.org_id,
    cell.school_year,
    school.lea_id,
    contrast.contrast_id,
    {%- for side in ['reference', 'focal'] %}
    cast(coalesce(
        sum(cell.student_count) filter (where cell.subgroup_code = contrast.{{ side }}_subgroup_code), 0
    ) as bigint) as {{ side }}_count
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('fct_enrollment_cell') }} as cell
inner join school on cell.org_id = school.org_id
inner join contrast on cell.subgroup_dimension_code = contrast.subgroup_dimension_code
where cell.grade_code = 'ALL'
group by cell.org_id, cell.school_year, school.lea_id, contrast.contrast_id
