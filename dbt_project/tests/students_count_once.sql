-- A student counts once per subject and year, whichever LEAs have results. A run by touch asks the students of the touched LEAs.
{%- set chosen, touched = ref('int_assessment__chosen'), is_touched('responsible_lea_id', ['assessment_result']) %}
{%- set is_asked = 'student_pid = any(array(select student_pid from ' ~ chosen ~ ' where ' ~ touched ~ '))' %}
with

asked as (

    select * from {{ chosen }}
    where {{ 'true' if touched == 'true' else is_asked }}

)

select
    state_code,
    student_pid,
    subject_code,
    school_year,
    count(*) as row_count
from asked
group by state_code, student_pid, subject_code, school_year
having count(*) > 1
