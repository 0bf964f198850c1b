with

ancestry as (

    select * from {{ ref('int_ancestry__expanded') }}
    where ancestor_type_code in ('SEA', 'REGION', 'LEA')

),

-- What all students of an LEA meet on average: the part of a school's share that is its LEA's.
school as (

    select
        *,
        sum(flag_share * (focal_count + reference_count)) over lea
        / nullif(sum(focal_count + reference_count) filter (where flag_share is not null) over lea, 0) as lea_share
    from {{ ref('int_school_exposure__paired') }}
    window lea as (partition by lea_id, school_year, contrast_id, flag_code)

),

-- A school whose teachers nobody reported exposes nobody to a known rate.
exposure as (

    select
        ancestry.ancestor_org_id as org_id,
        school.school_year,
        school.contrast_id,
        school.flag_code,
        sum(school.reference_count + school.focal_count) as student_count,
        sum(school.known_fte) as known_fte,
        sum(school.asked_fte) as asked_fte,
        {%- for side in ['reference', 'focal'] %}
        sum(school.{{ side }}_count) filter (where school.flag_share is not null) as {{ side }}_count,
        sum(school.{{ side }}_count * school.flag_share) as {{ side }}_sum,
        sum(school.{{ side }}_count * school.lea_share) filter (where school.flag_share is not null) as {{ side }}_lea_sum
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from school
    inner join ancestry on school.org_id = ancestry.org_id
    group by ancestry.ancestor_org_id, school.school_year, school.contrast_id, school.flag_code

),

-- What the average student of each group meets: sums weighted by students, divided once (indicators.md 3.4).
measured as (

    select
        *,
        focal_sum / nullif(focal_count, 0) as focal_exposure,
        reference_sum / nullif(reference_count, 0) as reference_exposure,
        focal_lea_sum / nullif(focal_count, 0) - reference_lea_sum / nullif(reference_count, 0) as between_gap
    from exposure

)

select
    measured.org_id,
    measured.school_year,
    measured.contrast_id,
    measured.flag_code,
    case measured.flag_code when 'INEXPERIENCED' then 'NONE' else measured.flag_code end as facet,
    {%- for measure in ['focal_exposure', 'reference_exposure', 'between_gap'] %}
    cast(measured.{{ measure }} as numeric(28, 12)) as {{ measure }},
    {%- endfor %}
    cast(measured.focal_exposure - measured.reference_exposure as numeric(28, 12)) as gap,
    cast(measured.focal_exposure - measured.reference_exposure as numeric(28, 12))
    - cast(measured.between_gap as numeric(28, 12)) as within_gap,
    coalesce(least(measured.reference_count, measured.focal_count), 0) as smaller_count,
    case
        -- A few teachers at two schools would be known by the gap.
        when measured.focal_exposure - measured.reference_exposure is not null
            then case when {{ too_few_teachers('measured.known_fte', 'measured.flag_code') }} then 'SMALL_N' end
        when measured.student_count > 0 and measured.focal_count is null
            then case measured.asked_fte when 0 then 'NOT_REQUIRED' else 'MISSING_INPUT' end
        else 'NO_STUDENTS'
    end as reason_code
from measured
left join {{ ref('int_state__parameterised') }} as state on left(measured.org_id, 2) = state.state_code
