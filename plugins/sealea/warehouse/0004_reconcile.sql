-- Level 2: what files say of one another. Findings of level 2 are never updated either: one that no longer holds is cleared.

create schema reconcile;

-- Null for level 1: finding_id, and the organisations that a finding of level 2 is of and about.
alter table ops.finding
    add column level smallint not null default 1,
    add column finding_id bigint,
    add column owner_org_id text,
    add column about_org_id text;

create sequence ops.finding_id_seq owned by ops.finding.finding_id;
create unique index on ops.finding (finding_id) where finding_id is not null;
create index on ops.finding (rule_id, load_id) where level = 2;

-- No reference to the pin: pins of runs that ended early are deleted.
create table ops.finding_cleared (
    finding_id bigint primary key,
    pin_id bigint not null,
    cleared_at timestamptz not null default clock_timestamp()
);

create view ops.standing_finding as
select finding.*
from ops.finding
where
    finding.level = 1
    or not exists (select from ops.finding_cleared where finding_cleared.finding_id = finding.finding_id);

-- Of which LEAs a load has rows, and how many; a load of the SEA's data is its state's. A load never changes, so this is told once.
create table ops.load_owner (
    load_id bigint not null references ops.load,
    owner_org_id text not null,
    row_count bigint not null,
    primary key (load_id, owner_org_id)
);

-- The inputs of the standing answer of each rule for each LEA: as long as they are the same, so is the answer.
create table ops.reconcile_input (
    rule_id text not null,
    owner_org_id text not null,
    rule_version text not null,
    load_ids bigint[] not null,
    primary key (rule_id, owner_org_id)
);

-- What Great Expectations counted: numbers only, never values.
create table ops.reconcile_result (
    pin_id bigint not null references ops.pin on delete cascade,
    rule_id text not null,
    suite text not null,
    severity text not null check (severity in ('F1', 'F2', 'S', 'W', 'I')),
    is_met boolean not null,
    failing_count bigint not null,
    evaluated_lea_count bigint not null,
    primary key (pin_id, rule_id)
);

-- Rows that a release leaves out because a rule of level 2 quarantines them: staging reads every other row of the pinned loads.
create table ops.quarantined_row (
    pin_id bigint not null references ops.pin on delete cascade,
    load_id bigint not null,
    line_number bigint not null,
    primary key (pin_id, load_id, line_number)
);

-- Files whose sender must hear of new or cleared findings of level 2.
create table ops.reconcile_answer (
    pin_id bigint not null,
    submission_id bigint not null references ops.submission,
    answered_at timestamptz,
    primary key (pin_id, submission_id)
);
