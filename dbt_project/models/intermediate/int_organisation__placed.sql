with

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

newest as (

    select * from {{ ref('int_organisation__newest') }}

),

place as (

    select
        org_id,
        max(ancestor_org_id) filter (where ancestor_type_code = 'LEA') as lea_id,
        max(ancestor_org_id) filter (where ancestor_type_code = 'REGION') as region_id
    from {{ ref('int_ancestry__expanded') }}
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
