with

school as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'SCHOOL'

),

due as (

    select distinct
        lea_id,
        extract,
        school_year
    from {{ ref('int_collection__due') }}
    where extract in ('assessment_result', 'staff_assignment')

),

tested as (

    select distinct
        state_code,
        school_year,
        {{ grade_number('grade_code') }} as grade
    from {{ ref('dim_assessment_scale') }}
    -- Not everybody in a grade takes a test that ends a course.
    where is_one_scale is not null

),

-- Results are of schools with a grade that the state tests; a school of which the directory names no grades counts.
open_school as (

    select
        school.org_id,
        due.extract,
        due.school_year
    from due
    inner join school on due.lea_id = school.lea_id and {{ is_open_in('school', 'due.school_year') }}
    where
        due.extract <> 'assessment_result'
        or {{ grade_number('school.grade_low_code') }} is null
        or {{ grade_number('school.grade_high_code') }} is null
        or exists (
            select from tested
            where
                tested.state_code = school.state_code
                and tested.school_year = due.school_year
                and tested.grade >= {{ grade_number('school.grade_low_code') }}
                and tested.grade <= {{ grade_number('school.grade_high_code') }}
        )

),

rolled as (

    select
        ancestry.ancestor_org_id as org_id,
        open_school.school_year,
        coalesce(open_school.extract, 'NONE') as facet,
        count(*) as open_count,
        count(reported.org_id) as reported_count
    from open_school
    inner join {{ ref('int_ancestry__expanded') }} as ancestry
        on open_school.org_id = ancestry.org_id and ancestry.ancestor_type_code in ('SEA', 'REGION', 'LEA')
    left join {{ ref('int_school__reported') }} as reported
        on
            open_school.org_id = reported.org_id
            and open_school.school_year = reported.school_year
            and open_school.extract = reported.extract
    group by ancestry.ancestor_org_id, open_school.school_year, grouping sets ((open_school.extract), ())

)

select
    {{ indicator_row('school_coverage', 'reported_count', 'open_count', n='open_count', facet='facet', reason_code='null') }}
from rolled
