with

newest as (

    select * from {{ ref('int_organisation__newest') }}

),

-- Every state is a root, listed or not.
state as (

    select
        left(org_id, 2) as org_id,
        coalesce(max(org_name) filter (where org_type_code = 'SEA'), left(org_id, 2)) as org_name
    from newest
    group by left(org_id, 2)

),

listed as (

    select
        org_id,
        'SEA' as org_type_code,
        org_name,
        null as parent_org_id
    from state
    union all
    -- A parent that nobody listed gives way to the state. A closed LEA becomes part of the one that took over, so that this one's
    -- history is that of the students and money it has today (docs/decisions/0012).
    select
        newest.org_id,
        newest.org_type_code,
        newest.org_name,
        coalesce(successor.org_id, parent.org_id, left(newest.org_id, 2)) as parent_org_id
    from newest
    left join newest as parent on newest.parent_org_id = parent.org_id
    left join newest as successor
        on
            newest.successor_org_id = successor.org_id
            and newest.org_type_code = 'LEA'
            and successor.org_type_code = 'LEA'
            and newest.close_date is not null
            and newest.org_id <> successor.org_id
    where newest.org_type_code <> 'SEA'

),

-- The pseudo-child holds what counts in its parent and in none of the parent's children (indicators.md 0.2).
pseudo_child as (

    select
        org_id || '-000' as org_id,
        'PSEUDO_CHILD' as org_type_code,
        org_name || ' as a whole' as org_name,
        org_id as parent_org_id
    from listed
    where org_type_code in ('SEA', 'LEA')

)

select * from listed
union all
select * from pseudo_child
