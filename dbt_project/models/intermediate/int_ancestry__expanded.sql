with recursive

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

-- `union` drops what is there already, so two organisations that name each other as parents end the walk too.
ancestry as (

    select
        org_id,
        org_id as ancestor_org_id
    from organisation
    union
    select
        ancestry.org_id,
        organisation.parent_org_id as ancestor_org_id
    from ancestry
    inner join organisation on ancestry.ancestor_org_id = organisation.org_id
    where organisation.parent_org_id is not null

)

select
    ancestry.org_id,
    ancestry.ancestor_org_id,
    ancestor.org_type_code as ancestor_type_code
from ancestry
inner join organisation as ancestor on ancestry.ancestor_org_id = ancestor.org_id
