with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

),

lea_extract as (

    select * from {{ ref('lea_extract') }}
    where is_expected

),

-- What is collected: what the calendar says, and what came without it.
announced as (

    select
        state_code,
        extract,
        school_year,
        due_date
    from {{ ref('int_window__chosen') }}
    union all
    select
        left(owner_org_id, 2) as state_code,
        extract,
        school_year,
        null as due_date
    from {{ ref('int_load__ranked') }}

),

collection as (

    select
        announced.state_code,
        announced.extract,
        announced.school_year,
        max(announced.due_date) as due_date
    from announced
    inner join lea_extract on announced.extract = lea_extract.extract
    group by announced.state_code, announced.extract, announced.school_year

)

select
    collection.extract,
    collection.school_year,
    lea.org_id as lea_id,
    collection.due_date
from collection
inner join lea on collection.state_code = lea.state_code
where {{ is_open_in('lea', 'collection.school_year') }}
