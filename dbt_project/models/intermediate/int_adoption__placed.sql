with

organisation as (

    select * from {{ ref('int_organisation__placed') }}

),

load_ranked as (

    select * from {{ ref('int_load__ranked') }}
    where extract = 'material_adoption' and window_rank = 1

)

-- What stands beside the core program teaches no section of its own.
select
    adoption.load_id,
    adoption.line_number,
    {{ leaf_org_id('adoption.lea_id') }} as org_id,
    adoption.lea_id,
    cast(adoption.school_year as integer) as school_year,
    adoption.subject_code,
    {{ grade_number('adoption.grade_code') }} as grade,
    {{ grade_band('adoption.grade_code') }} as grade_code,
    adoption.product_id,
    adoption.status_code,
    adoption.adopted_date,
    adoption.section_count,
    adoption.student_count,
    coalesce(adoption.usage_code, 'unknown') as usage_code,
    adoption.spending_usd
from {{ ref('stg_material_adoption') }} as adoption
inner join load_ranked on adoption.load_id = load_ranked.load_id and adoption.lea_id = load_ranked.owner_org_id
left join organisation as lea on adoption.lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join organisation as school
    on adoption.school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
where adoption.status_code <> 'supplemental'
