with

newest as (

    select distinct on (owner_org_id)
        load_id,
        owner_org_id as state_code
    from {{ ref('int_load__ranked') }}
    where extract = 'credential_crosswalk' and window_rank = 1
    order by owner_org_id asc, school_year desc

)

select
    newest.state_code,
    crosswalk.credential_field_code,
    crosswalk.credential_type_code,
    crosswalk.assignment_code,
    crosswalk.course_code,
    coalesce({{ grade_number('crosswalk.grade_low_code') }}, 1) as grade_low,
    coalesce({{ grade_number('crosswalk.grade_high_code') }}, 14) as grade_high,
    crosswalk.authorisation_code,
    coalesce(crosswalk.first_year, 0) as first_year,
    coalesce(crosswalk.last_year, 9999) as last_year
from {{ ref('stg_credential_crosswalk') }} as crosswalk
inner join newest on crosswalk.load_id = newest.load_id
