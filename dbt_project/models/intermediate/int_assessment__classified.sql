with

result as (

    select
        *,
        participation_code = 'PARTICIPATED' as is_tested
    from {{ ref('int_assessment__chosen') }}
    where {{ is_touched('responsible_lea_id', ['assessment_result', 'student_enrollment']) }}

)

select
    result.load_id,
    result.line_number,
    result.student_pid,
    result.responsible_lea_id,
    cast(result.school_year as integer) as school_year,
    result.subject_code,
    result.grade_enrolled_code as grade_code,
    {{ leaf_org_id('result.responsible_lea_id') }} as org_id,
    -- A full year in the LEA but in no school of it counts in the LEA, not in the school (indicators.md 0.2).
    case
        when result.is_full_academic_year_school and school.org_id is not null then school.org_id
        when result.is_full_academic_year_lea and lea.org_id is not null then lea.org_id || '-000'
        when result.is_full_academic_year_state then result.state_code || '-000'
    end as fay_org_id,
    coalesce(roster.race_code, {{ federal_race('result') }}, 'UNKNOWN') as race_code,
    coalesce(roster.sex_code, result.sex_code, 'UNKNOWN') as sex_code,
    {{ member('coalesce(roster.is_economically_disadvantaged, result.is_economically_disadvantaged)', 'ECODIS', 'NECODIS') }}
        as economic_code,
    {{ member('coalesce(roster.is_english_learner, result.is_english_learner)', 'LEP', 'NLEP') }} as english_learner_code,
    {{ member(
        'coalesce(roster.is_monitored_former_english_learner, result.is_monitored_former_english_learner)', 'MLEP', 'NMLEP'
    ) }} as monitored_learner_code,
    {{ member('coalesce(roster.is_student_with_disability, result.is_student_with_disability)', 'WDIS', 'WODIS') }}
        as disability_code,
    {{ member('result.is_gifted', 'GT', 'NGT') }} as gifted_code,
    result.is_tested,
    result.is_tested or not (
        coalesce(result.reason_not_tested_code = 'MEDICAL', false)
        or coalesce(state.is_first_year_el_exempt and result.subject_code = 'ELA', false) and (
            coalesce(result.reason_not_tested_code = 'FIRST_YEAR_EL', false)
            or coalesce(roster.is_first_year_english_learner, result.is_first_year_english_learner, false)
        )
    ) as is_expected,
    case when result.is_tested then result.performance_level end as performance_level,
    result.is_tested and result.performance_level >= state.proficient_level as is_proficient,
    -- Levels of the alternate assessment count, its scores do not (0.8); a score counts on the one scale of the own grade (1.4).
    case
        when
            result.is_tested
            and result.assessment_type_code = 'REGULAR'
            and result.grade_tested_code = result.grade_enrolled_code
            and coalesce(scale.is_one_scale, true)
            then result.scale_score
    end as scale_score
from result
-- What the LEA's own roster says of the student counts before what the results say (layouts.md ASM-014).
left join {{ ref('int_student__described') }} as roster
    on
        result.responsible_lea_id = roster.lea_id
        and {{ is_touched('roster.lea_id', ['assessment_result', 'student_enrollment']) }}
        and result.school_year = roster.school_year
        and result.student_pid = roster.student_pid
left join {{ ref('int_state__parameterised') }} as state on result.state_code = state.state_code
left join {{ ref('dim_assessment_scale') }} as scale
    on
        result.state_code = scale.state_code
        and result.school_year = scale.school_year
        and result.subject_code = scale.subject_code
        and result.grade_enrolled_code = scale.grade_code
left join {{ ref('int_organisation__placed') }} as lea on result.responsible_lea_id = lea.org_id and lea.org_type_code = 'LEA'
left join {{ ref('int_organisation__placed') }} as school
    on result.responsible_school_id = school.org_id and lea.org_id = school.lea_id and school.org_type_code = 'SCHOOL'
