with

time_use as (

    select * from {{ ref('int_time_use__placed') }}
    where time_kind_code in ('professional_learning', 'coaching')

),

-- Linked is learning about a high-quality material that the LEA has in the year.
adopted as (

    select distinct
        lea_id,
        school_year,
        product_id
    from {{ ref('int_adoption__rated') }}
    where is_high_quality

)

select
    time_use.org_id,
    time_use.school_year,
    time_use.participant_hours,
    time_use.participant_count,
    time_use.full_dose_count,
    adopted.product_id is not null as is_linked
from time_use
left join adopted
    on
        time_use.lea_id = adopted.lea_id
        and time_use.school_year = adopted.school_year
        and time_use.product_id = adopted.product_id
