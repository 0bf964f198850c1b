with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

exposure as (

    select
        ancestry.ancestor_org_id as org_id,
        school.school_year,
        school.contrast_id,
        sum(school.reference_count + school.focal_count) as student_count,
        {%- for side in ['reference', 'focal'] %}
        sum(school.{{ side }}_count) filter (where school.access_share is not null) as {{ side }}_count,
        sum(school.{{ side }}_count * school.access_share) as {{ side }}_sum
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_material_access__paired') }} as school
    inner join ancestry on school.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, school.school_year, school.contrast_id

),

gap as (

    select
        *,
        focal_sum / nullif(focal_count, 0) - reference_sum / nullif(reference_count, 0) as gap,
        coalesce(least(reference_count, focal_count), 0) as smaller_count,
        case
            when focal_count > 0 and reference_count > 0 then null
            when student_count > 0 and focal_count is null then 'MISSING_INPUT'
            else 'NO_STUDENTS'
        end as reason_code
    from exposure

)

select
    {{ indicator_row('materials_equity', value='gap', n='smaller_count', contrast_id='contrast_id') }}
from gap
