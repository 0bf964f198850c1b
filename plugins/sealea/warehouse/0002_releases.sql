-- A release is data, not DDL: marts partitioned by release, a pointer row per mart, all moved in one transaction.

create schema release;
create schema published;

-- What dbt builds: staging and intermediate, then the cells and indicators with all values, then the marts to publish.
create schema staging;
create schema intermediate;
create schema restricted;
create schema candidate;

-- The inputs of one publish run: dbt reads only the loads that its pin names. Same inputs, same pin.
create table ops.pin (
    pin_id bigint generated always as identity primary key,
    code_version text not null,
    pack_version text not null,
    input_hash text unique,
    pinned_at timestamptz not null default clock_timestamp()
);

create table ops.pin_load (
    pin_id bigint not null references ops.pin,
    load_id bigint not null references ops.load,
    primary key (pin_id, load_id)
);

create view ops.pinned_load as
select
    pin_load.pin_id,
    load.load_id,
    submission.sender_id,
    load.extract,
    submission.school_year,
    submission.window_code,
    submission.received_at
from ops.pin_load
inner join ops.load using (load_id)
inner join ops.submission using (submission_id);

-- Which pin each layer of dbt models was last built from; no row while a layer is being built or after it failed.
create table ops.build (
    layer text primary key check (layer in ('cells', 'marts')),
    pin_id bigint not null references ops.pin on delete cascade,
    built_at timestamptz not null default clock_timestamp()
);

create table ops.release (
    release_id bigint generated always as identity primary key,
    pin_id bigint not null references ops.pin,
    created_at timestamptz not null default clock_timestamp()
);

create table ops.release_event (
    release_event_id bigint generated always as identity primary key,
    release_id bigint not null references ops.release,
    status text not null check (status in ('held', 'published', 'rolled_back')),
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text
);

-- While a hold stands nothing is published: a rollback places one, so that the next run does not undo it.
create table ops.release_hold (
    release_hold_id bigint generated always as identity primary key,
    placed_at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text not null,
    lifted_at timestamptz,
    lifted_by text
);

create unique index on ops.release_hold ((true)) where lifted_at is null;

-- What the gate saw: counts only, never values.
create table ops.gate_result (
    release_id bigint not null references ops.release,
    expectation_id text not null,
    suite text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    is_met boolean not null,
    unexpected_count bigint,
    element_count bigint,
    message text not null,
    fix text not null,
    primary key (release_id, expectation_id)
);

-- Which partition serves each mart of a release; a mart that did not change keeps the partition of an earlier one.
create table ops.release_mart (
    release_id bigint not null references ops.release,
    mart text not null,
    partition_release_id bigint not null,
    row_count bigint not null,
    content_hash text not null,
    primary key (release_id, mart)
);

-- The pointers that readers follow.
create table ops.current_release (
    mart text primary key,
    release_id bigint not null references ops.release,
    partition_release_id bigint not null
);

-- LEAs that reported each extract, by release: the gate compares a candidate with the release before it.
create table ops.release_coverage (
    release_id bigint not null references ops.release,
    extract text not null,
    school_year integer not null,
    lea_count bigint not null,
    primary key (release_id, extract, school_year)
);
