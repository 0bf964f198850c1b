with

load_owned as (

    select * from {{ ref('int_load__owned') }}

),

due_date as (

    select * from {{ ref('int_window__chosen') }}

)

select
    load_owned.load_id,
    load_owned.extract,
    load_owned.school_year,
    load_owned.window_code,
    load_owned.owner_org_id,
    load_owned.is_of_lea,
    load_owned.row_count,
    row_number() over (
        partition by load_owned.extract, load_owned.school_year, load_owned.owner_org_id
        order by
            -- A window that the calendar does not know ranks by the day its file came.
            coalesce(due_date.due_date, cast(load_owned.received_at at time zone 'UTC' as date)) desc,
            load_owned.received_at desc,
            load_owned.load_id desc
    ) as window_rank
from load_owned
left join due_date
    on
        left(load_owned.owner_org_id, 2) = due_date.state_code
        and load_owned.extract = due_date.extract
        and load_owned.school_year = due_date.school_year
        and load_owned.window_code = due_date.window_code
