with

newest as (

    select distinct on (owner_org_id)
        load_id,
        owner_org_id as state_code
    from {{ ref('int_load__ranked') }}
    where extract = 'material' and window_rank = 1
    order by owner_org_id asc, school_year desc

)

-- Core programs that the state counts as high-quality on the strength of any rating.
select
    newest.state_code,
    material.product_id,
    material.subject_code,
    {{ grade_number('material.grade_low_code') }} as grade_low,
    {{ grade_number('material.grade_high_code') }} as grade_high,
    coalesce(material.listed_date, cast('-infinity' as date)) as listed_date,
    coalesce(material.valid_to_date, cast('infinity' as date)) as valid_to_date
from {{ ref('stg_material') }} as material
inner join newest on material.load_id = newest.load_id
where material.is_high_quality and material.material_type_code = 'core'
