with

learning as (

    select * from {{ ref('int_learning__linked') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

-- A teacher in two activities is two participants: participants add, persons do not.
select
    ancestry.ancestor_org_id as org_id,
    learning.school_year,
    sum(learning.participant_hours) as learning_hours,
    coalesce(sum(learning.participant_hours) filter (where learning.is_linked), 0) as linked_hours,
    cast(coalesce(
        sum(learning.participant_count) filter (where learning.is_linked and learning.full_dose_count is not null), 0
    ) as bigint) as linked_participant_count,
    cast(coalesce(sum(learning.full_dose_count) filter (where learning.is_linked), 0) as bigint) as full_dose_count
from learning
inner join ancestry on learning.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, learning.school_year
