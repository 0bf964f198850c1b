-- Two small marts and the coverage, as dbt would leave them behind.
create table candidate.indicator_value (
    org_id text,
    school_year integer,
    value numeric
);
comment on table candidate.indicator_value is 'One row per organisation and school year.';
comment on column candidate.indicator_value.value is 'The rate, 0 to 1.';
insert into candidate.indicator_value values
    ('EX-0101', 2026, 0.25),
    ('EX-0102', 2026, 0.5),
    ('EX-0103', 2026, null);

create table candidate.goal_status (
    goal_code text,
    status_code text
);
insert into candidate.goal_status values ('PM-1', 'GREEN');

create table restricted.audit_coverage (
    extract text,
    school_year integer,
    lea_expected bigint,
    lea_reported bigint,
    previous_lea_reported bigint,
    minimum_share numeric
);
insert into restricted.audit_coverage values ('assessment_result', 2026, 24, 24, null, 0.9);

grant select on all tables in schema candidate, restricted to sealea_pipeline;
