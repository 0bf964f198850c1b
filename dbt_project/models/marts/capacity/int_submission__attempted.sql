with

lea as (

    select * from {{ ref('int_organisation__placed') }}
    where org_type_code = 'LEA'

)

select
    lea.org_id as lea_id,
    judged.extract,
    cast(submission.school_year as integer) as school_year,
    submission.window_code,
    judged.load_id,
    submission.received_at,
    cast(row_number() over (
        partition by lea.org_id, judged.extract, submission.school_year, submission.window_code
        order by submission.submission_id asc
    ) as integer) as attempt_number,
    judged.is_accepted,
    judged.row_count
from {{ ref('int_submission__judged') }} as judged
inner join {{ source('ops', 'submission') }} as submission on judged.submission_id = submission.submission_id
inner join {{ source('ops', 'sender_organisation') }} as sender_organisation
    on submission.sender_id = sender_organisation.sender_id
inner join lea on sender_organisation.org_id = lea.org_id
