-- What the state's pseudo-child holds is what its LEAs hold, where one that took over holds that of the other too.
with

cell as (

    select * from {{ ref('int_assessment_cell__transferred') }}
    where subgroup_code = 'ALL' and grade_code = 'ALL'

),

lea as (

    select listed.org_id from {{ ref('int_organisation__listed') }} as listed
    inner join {{ ref('int_organisation__listed') }} as parent on listed.parent_org_id = parent.org_id
    where listed.org_type_code = 'LEA' and parent.org_type_code <> 'LEA'

)

select
    left(cell.org_id, 2) as state_code,
    cell.school_year,
    cell.subject_code
from cell
left join lea on cell.org_id = lea.org_id
group by left(cell.org_id, 2), cell.school_year, cell.subject_code
having
    row(
        sum(cell.fay_expected_count) filter (where lea.org_id is not null),
        sum(cell.fay_tested_count) filter (where lea.org_id is not null),
        sum(cell.fay_proficient_count) filter (where lea.org_id is not null)
    ) is distinct from row(
        sum(cell.fay_expected_count) filter (where cell.org_id = left(cell.org_id, 2)),
        sum(cell.fay_tested_count) filter (where cell.org_id = left(cell.org_id, 2)),
        sum(cell.fay_proficient_count) filter (where cell.org_id = left(cell.org_id, 2))
    )
