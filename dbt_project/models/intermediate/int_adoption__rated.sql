with

adoption as (

    select * from {{ ref('int_adoption__placed') }}

),

listed as (

    select * from {{ ref('int_material__listed') }}

)

-- On the list for subject and grade in the year; a product that left the list stays until the LEA adopts anew, with a mark.
select
    adoption.load_id,
    adoption.line_number,
    adoption.org_id,
    adoption.lea_id,
    adoption.school_year,
    adoption.subject_code,
    adoption.grade,
    adoption.grade_code,
    adoption.product_id,
    adoption.section_count,
    adoption.student_count,
    adoption.usage_code,
    adoption.spending_usd,
    min(listed.listed_date) as listed_date,
    adoption.status_code = 'adopted' and count(listed.product_id) > 0 as is_high_quality,
    adoption.status_code = 'adopted'
    and coalesce(max(listed.valid_to_date) < make_date(adoption.school_year - 1, 7, 1), false) as is_lapsed
from adoption
left join listed
    on
        left(adoption.lea_id, 2) = listed.state_code
        and adoption.product_id = listed.product_id
        and adoption.subject_code = listed.subject_code
        and adoption.grade between listed.grade_low and listed.grade_high
        and make_date(adoption.school_year, 6, 30) >= listed.listed_date
        and coalesce(adoption.adopted_date, cast('-infinity' as date)) <= listed.valid_to_date
group by
    adoption.load_id, adoption.line_number, adoption.org_id, adoption.lea_id, adoption.school_year, adoption.subject_code,
    adoption.grade, adoption.grade_code, adoption.product_id, adoption.status_code, adoption.section_count,
    adoption.student_count, adoption.usage_code, adoption.spending_usd
