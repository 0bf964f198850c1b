-- The state's means and spreads that the kept tables rest on: what is held against one that has changed since is made again for every LEA.
create table ops.basis_score_reference (
    state_code text not null,
    school_year integer not null,
    subject_code text not null,
    grade_code text not null,
    reference_code text not null,
    mean_score numeric(28, 12),
    standard_deviation numeric(28, 12),
    primary key (state_code, school_year, subject_code, grade_code, reference_code)
);
