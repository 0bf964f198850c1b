with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

exposed as (

    select
        funding.org_id,
        funding.school_year,
        measure.facet,
        coalesce(sum(measure.amount) filter (where funding.is_ending), 0) as ending,
        sum(measure.amount) as every
    from {{ ref('fct_position_funding') }} as funding
    inner join organisation on funding.org_id = organisation.org_id
    cross join lateral (values ('NONE', funding.fte), ('DOLLARS', funding.salary_usd)) as measure (facet, amount)
    group by funding.org_id, funding.school_year, measure.facet

),

reasoned as (

    select
        *,
        case
            when every = 0 then 'NO_STAFF'
            when ending < 0 or every < 0 then 'NEG_NET'
        end as reason_code
    from exposed

)

select
    {{ indicator_row('funding_cliff_exposure', 'ending', 'every', facet='facet') }}
from reasoned
