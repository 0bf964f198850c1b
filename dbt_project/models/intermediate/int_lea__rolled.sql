with

organisation as (

    select * from {{ ref('int_organisation__listed') }}

),

lea as (

    select
        organisation.org_id,
        coalesce(parent.org_type_code = 'LEA', false) as is_taken_over
    from organisation
    left join organisation as parent on organisation.parent_org_id = parent.org_id
    where organisation.org_type_code = 'LEA'

)

-- The cell of a successor holds the history of the LEAs that it took over; added once more, theirs would count twice.
select
    ancestry.org_id,
    ancestry.ancestor_org_id,
    ancestry.ancestor_type_code
from {{ ref('int_ancestry__expanded') }} as ancestry
inner join lea on ancestry.org_id = lea.org_id
where not lea.is_taken_over or ancestry.org_id = ancestry.ancestor_org_id
