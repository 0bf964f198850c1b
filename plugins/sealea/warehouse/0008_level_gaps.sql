-- What the release room fits between the cells and the marts: dbt counts students by level, Python fits, dbt goes on with the fit.

create table intermediate.level_gap_fit (
    org_id text not null,
    school_year integer not null,
    subject_code text not null,
    grade_code text not null,
    contrast_id text not null,
    won_probability double precision,
    primary key (org_id, school_year, subject_code, grade_code, contrast_id)
);

-- It is derived, like all that dbt makes, and written by the same role.
grant select, insert, delete, truncate on intermediate.level_gap_fit to sealea_transform;
