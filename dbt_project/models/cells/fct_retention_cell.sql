with

teacher as (

    select * from {{ ref('int_teacher__followed') }}

),

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

)

select
    ancestry.ancestor_org_id as org_id,
    teacher.school_year,
    count(*) filter (where teacher.outcome_code <> 'SCHOOL_CLOSED') as base_count,
    {%- set outcomes = {
        'stayer': 'STAYED', 'lea_mover': 'MOVED_IN_LEA', 'other_lea_mover': 'MOVED_TO_LEA', 'leaver': 'LEFT', 'closed_school': 'SCHOOL_CLOSED'
    } %}
    {%- for measure, outcome in outcomes.items() %}
    count(*) filter (where teacher.outcome_code = '{{ outcome }}') as {{ measure }}_count,
    {%- endfor %}
    count(*) filter (where teacher.outcome_code = 'LEFT' and teacher.is_retired) as retired_count
from teacher
inner join ancestry on teacher.org_id = ancestry.org_id
group by ancestry.ancestor_org_id, teacher.school_year
