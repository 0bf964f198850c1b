{{ config(
    materialized='incremental', touched_by='lea_id', extracts=['student_enrollment'], indexes=[{'columns': ['lea_id']}]
) }}
with

load_ranked as (

    select
        load_id,
        owner_org_id
    from {{ ref('int_load__ranked') }}
    where
        extract = 'student_enrollment'
        and window_rank = 1
        and {{ is_touched('owner_org_id', ['student_enrollment']) }}

)

-- Of several enrolments the primary one, then the latest: the line that ASM-014 holds against the results.
select distinct on (enrollment.lea_id, enrollment.school_year, enrollment.student_pid)
    enrollment.lea_id,
    cast(enrollment.school_year as integer) as school_year,
    enrollment.student_pid,
    {{ federal_race('enrollment') }} as race_code,
    enrollment.sex_code,
    enrollment.is_economically_disadvantaged,
    enrollment.is_english_learner,
    enrollment.is_first_year_english_learner,
    enrollment.is_monitored_former_english_learner,
    enrollment.is_student_with_disability
from {{ ref('stg_student_enrollment') }} as enrollment
inner join load_ranked on enrollment.load_id = load_ranked.load_id and enrollment.lea_id = load_ranked.owner_org_id
where {{ is_of_touched_loads('enrollment.load_id', ['student_enrollment']) }}
order by
    enrollment.lea_id asc,
    enrollment.school_year asc,
    enrollment.student_pid asc,
    coalesce(enrollment.is_primary_school, true) desc,
    enrollment.entry_date desc,
    enrollment.line_number asc
