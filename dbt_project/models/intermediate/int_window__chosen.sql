with

built_load as (

    select * from {{ source('ops', 'built_load') }}

),

sender as (

    select * from {{ source('ops', 'sender') }}

)

-- The calendar as its state sent it last.
select distinct on (sender.state_code, calendar.extract, calendar.school_year, calendar.window_code)
    sender.state_code,
    calendar.extract,
    cast(calendar.school_year as integer) as school_year,
    calendar.window_code,
    calendar.open_date,
    calendar.due_date,
    calendar.close_date,
    calendar.certify_date
from {{ ref('stg_window') }} as calendar
inner join built_load on calendar.load_id = built_load.load_id
inner join sender on calendar.sender_id = sender.sender_id
order by
    sender.state_code asc,
    calendar.extract asc,
    calendar.school_year asc,
    calendar.window_code asc,
    built_load.received_at desc,
    calendar.load_id desc
