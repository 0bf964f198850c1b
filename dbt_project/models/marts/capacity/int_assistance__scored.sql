with

measured as (

    select * from {{ ref('int_assistance__measured') }}

),

part as (

    select
        measured.org_id,
        measured.school_year,
        part.component,
        part.weight,
        part.need
    from measured
    cross join lateral (
        values
        ('need_outcome', 0.35, measured.need_outcome),
        ('need_data', 0.25, measured.need_data),
        ('fiscal_risk', 0.20, measured.fiscal_risk),
        ('need_equity', 0.20, measured.need_equity)
    ) as part (component, weight, need)

),

-- Of the parts that are there; two at least.
weighed as (

    select
        org_id,
        school_year,
        case
            when count(need) >= 2 then sum(weight * need) / sum(weight) filter (where need is not null)
        end as score,
        string_agg(component, ' ' order by component) filter (where need is null) as missing_components
    from part
    group by org_id, school_year

)

select
    measured.*,
    cast(weighed.score as numeric(18, 6)) as score,
    weighed.missing_components
from measured
inner join weighed on measured.org_id = weighed.org_id and measured.school_year = weighed.school_year
