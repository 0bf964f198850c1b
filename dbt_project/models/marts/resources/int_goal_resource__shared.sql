with

organisation as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code in ('SEA', 'REGION', 'LEA')

),

resource as (

    select
        cell.org_id,
        cell.school_year,
        cell.goal_code,
        {%- for resource in ['money', 'people', 'staff_time', 'student_time'] %}
        sum(cell.amount) filter (where cell.resource_code = '{{ resource | upper }}') as {{ resource }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('fct_goal_resource_cell') }} as cell
    inner join organisation on cell.org_id = organisation.org_id
    where cell.is_full_year
    group by cell.org_id, cell.school_year, cell.goal_code

)

-- Of what serves a goal, the part that serves this one; of all, the part that serves none that anybody named.
select
    org_id,
    school_year,
    goal_code,
    {%- for resource in ['money', 'people', 'staff_time', 'student_time'] %}
    cast({{ resource }} as numeric(18, 2)) as {{ resource }},
    cast(
        case
            when goal_code <> 'UNTAGGED'
                then {{ resource }} / nullif(sum({{ resource }}) filter (where goal_code <> 'UNTAGGED') over whole, 0)
            else {{ resource }} / nullif(sum({{ resource }}) over whole, 0)
        end as numeric(18, 6)
    ) as {{ resource }}_share,
    {%- endfor %}
    cast(sum(money) over whole as numeric(18, 2)) as all_money
from resource
window whole as (partition by org_id, school_year)
