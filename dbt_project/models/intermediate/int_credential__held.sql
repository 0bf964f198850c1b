with

built_load as (

    select * from {{ source('ops', 'built_load') }}
    where extract = 'staff_credential'

),

sender as (

    select * from {{ source('ops', 'sender') }}

),

-- Licensure office and LEAs may both send; of each, the latest file of a school year stands for that year.
load_ranked as (

    select
        built_load.load_id,
        built_load.school_year,
        sender.state_code,
        row_number() over (
            partition by built_load.sender_id, built_load.school_year
            order by built_load.received_at desc, built_load.load_id desc
        ) as sender_rank
    from built_load
    inner join sender on built_load.sender_id = sender.sender_id

)

-- A credential that a newer year's file no longer lists stays as the older one described it; its dates say when it ended.
select distinct on (load_ranked.state_code, held.staff_pid, held.credential_id, held.credential_field_code)
    load_ranked.state_code,
    held.staff_pid,
    held.credential_id,
    held.credential_field_code,
    held.credential_type_code,
    held.grade_low_code,
    held.grade_high_code,
    held.issue_date as first_date,
    -- The day of revocation is no longer valid; least() passes over a date that is not there.
    coalesce(least(held.expiration_date, held.revoked_date - 1), cast('infinity' as date)) as last_date
from {{ ref('stg_staff_credential') }} as held
inner join load_ranked on held.load_id = load_ranked.load_id and load_ranked.sender_rank = 1
order by
    load_ranked.state_code asc,
    held.staff_pid asc,
    held.credential_id asc,
    held.credential_field_code asc,
    load_ranked.school_year desc,
    held.load_id desc
