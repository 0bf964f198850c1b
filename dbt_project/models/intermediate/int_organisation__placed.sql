with

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

newest as (

    select * from {{ ref('int_organisation__newest') }}

),

-- A closed LEA has its successor above it, which is not the LEA that its schools belonged to.
ancestry as (

    select
        expanded.org_id,
        expanded.ancestor_org_id,
        expanded.ancestor_type_code,
        coalesce(bool_or(below.ancestor_type_code = 'LEA'), false) as is_heir
    from {{ ref('int_ancestry__expanded') }} as expanded
    left join {{ ref('int_organisation__listed') }} as child on expanded.ancestor_org_id = child.parent_org_id
    left join {{ ref('int_ancestry__expanded') }} as below
        on expanded.org_id = below.org_id and child.org_id = below.ancestor_org_id
    group by expanded.org_id, expanded.ancestor_org_id, expanded.ancestor_type_code

),

place as (

    select
        org_id,
        min(ancestor_org_id) filter (where ancestor_type_code = 'LEA' and not is_heir) as lea_id,
        max(ancestor_org_id) filter (where ancestor_type_code = 'REGION') as region_id
    from ancestry
    group by org_id

)

select
    organisation.org_id,
    organisation.org_type_code,
    organisation.org_name,
    left(organisation.org_id, 2) as state_code,
    place.region_id,
    place.lea_id,
    organisation.parent_org_id,
    newest.nces_lea_id,
    newest.nces_school_id,
    newest.is_charter,
    newest.grade_low_code,
    newest.grade_high_code,
    newest.locale_code,
    newest.open_date,
    newest.close_date,
    newest.successor_org_id
from organisation
inner join place on organisation.org_id = place.org_id
left join newest on organisation.org_id = newest.org_id
