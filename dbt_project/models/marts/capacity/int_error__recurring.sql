with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}

),

error as (

    select distinct
        lea_id,
        extract,
        window_code,
        rule_id,
        school_year
    from {{ ref('int_error__dated') }}

),

sent as (

    select distinct
        lea_id,
        extract,
        window_code,
        school_year
    from {{ ref('int_submission__attempted') }}

),

-- An error can come back only where the LEA has sent the same collection a year later.
followed as (

    select
        error.lea_id,
        error.extract,
        sent.school_year,
        again.rule_id is not null as is_recurring
    from error
    inner join sent
        on
            error.lea_id = sent.lea_id
            and error.extract = sent.extract
            and error.window_code = sent.window_code
            and error.school_year + 1 = sent.school_year
    left join error as again
        on
            error.lea_id = again.lea_id
            and error.extract = again.extract
            and error.window_code = again.window_code
            and error.rule_id = again.rule_id
            and error.school_year + 1 = again.school_year

)

select
    ancestry.ancestor_org_id as org_id,
    followed.school_year,
    coalesce(followed.extract, 'NONE') as facet,
    count(*) as error_count,
    count(*) filter (where followed.is_recurring) as recurring_count
from followed
inner join ancestry on followed.lea_id = ancestry.org_id
group by ancestry.ancestor_org_id, followed.school_year, grouping sets ((followed.extract), ())
