with

leaf as (

    select
        org_id,
        org_type_code,
        lea_id
    from {{ ref('int_organisation__placed') }}
    where lea_id is not null and org_type_code in ('SCHOOL', 'PSEUDO_CHILD')

),

spending as (

    select
        leaf.org_id,
        leaf.org_type_code,
        leaf.lea_id,
        cell.school_year,
        -- Salaries and benefits, from federal or from state and local funds (ESEA 1111(h)(1)(C)(x)).
        case when cell.object_code similar to '(1|2)%' then 'PERSONNEL_' else 'OTHER_' end
        || case when cell.funding_level_code in ('state', 'local') then 'STATE_LOCAL' else upper(cell.funding_level_code) end
            as facet,
        coalesce(cell.program_code like '2%', false) as is_special_education,
        cell.current_expenditure_usd
    from {{ ref('fct_ledger_cell') }} as cell
    inner join leaf on cell.org_id = leaf.org_id
    where cell.is_full_year

)

select
    org_id,
    org_type_code,
    lea_id,
    school_year,
    facet,
    is_special_education,
    sum(current_expenditure_usd) as current_usd
from spending
group by org_id, org_type_code, lea_id, school_year, facet, is_special_education
