-- The ledger of deliveries: who sent what, how it was read, what became of it. Rows of submission, load_event and
-- finding are never updated.

create schema ops;
create schema raw;
create schema vault;

create table ops.state_parameter (
    state_code text not null,
    parameter text not null,
    value numeric not null,
    primary key (state_code, parameter)
);

create table ops.sender (
    sender_id text primary key,
    state_code text not null,
    kind text not null check (kind in ('lea', 'sea')),
    sender_name text not null
);

-- The organisations a sender may report; the row '*' stands for all of its state.
create table ops.sender_organisation (
    sender_id text not null references ops.sender,
    org_id text not null,
    primary key (sender_id, org_id)
);

-- `layout` is the extract, or the column map of the state pack by which a native file feeds one or more extracts.
create table ops.submission (
    submission_id bigint generated always as identity primary key,
    sender_id text not null references ops.sender,
    layout text,
    school_year integer,
    window_code text,
    sha256 text not null,
    byte_count bigint not null,
    original_name text not null,
    received_at timestamptz not null default clock_timestamp()
);

create index on ops.submission (sender_id, layout, school_year, window_code);

-- One row per file taken from an inbox: a new submission, or the same bytes once more.
create table ops.delivery (
    delivery_id bigint generated always as identity primary key,
    sender_id text not null references ops.sender,
    original_name text not null,
    upload_signature text not null,
    submission_id bigint not null references ops.submission,
    is_duplicate boolean not null,
    received_at timestamptz not null default clock_timestamp(),
    unique (sender_id, original_name, upload_signature)
);

-- One reading of a submission for one extract, under one contract, pack and reference vintage. The loads of one file are
-- accepted, returned or wait together.
create table ops.load (
    load_id bigint generated always as identity primary key,
    submission_id bigint not null references ops.submission,
    extract text,
    contract_version text,
    pack_version text not null,
    physical_line_count bigint not null,
    header_line_count bigint not null,
    blank_line_count bigint not null,
    loaded_line_count bigint not null,
    quarantined_line_count bigint not null,
    unreadable_line_count bigint not null,
    loaded_row_count bigint not null,
    quarantined_row_count bigint not null,
    loaded_at timestamptz not null default clock_timestamp()
);

create index on ops.load (submission_id);

-- The reference vintage: the SEA's loads that a load was checked against.
create table ops.load_reference (
    load_id bigint not null references ops.load,
    reference_load_id bigint not null references ops.load (load_id),
    primary key (load_id, reference_load_id)
);

create table ops.load_event (
    load_event_id bigint generated always as identity primary key,
    load_id bigint not null references ops.load,
    status text not null check (status in ('accepted', 'returned', 'waiting', 'superseded', 'withdrawn', 'certified')),
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text
);

create index on ops.load_event (load_id);

create table ops.finding (
    load_id bigint not null references ops.load,
    rule_id text not null,
    severity text not null check (severity in ('F1', 'F2', 'S', 'W', 'I')),
    line_number bigint,
    column_name text,
    message text not null,
    fix text not null
);

create index on ops.finding (load_id);

-- Messages that must go out because a transaction committed: receipts, reports, asset events. Delivered at least once.
create table ops.outbox (
    message_id bigint generated always as identity primary key,
    kind text not null check (kind in ('file', 'asset')),
    sender_id text references ops.sender,
    file_name text,
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    delivered_at timestamptz
);

create index on ops.outbox (message_id) where delivered_at is null;

-- The newest status of every load that says whether its rows count. `certified` adds to `accepted` and ends nothing.
create view ops.load_status as
select distinct on (load_event.load_id)
    load_event.load_id,
    load_event.status,
    load_event.at,
    load_event.reason
from ops.load_event
order by load_event.load_id, load_event.load_event_id desc;

-- The effective load of each sender, extract, school year and window: the latest one accepted and not withdrawn.
create view ops.current_load as
select distinct on (submission.sender_id, load.extract, submission.school_year, submission.window_code)
    load.load_id,
    submission.submission_id,
    submission.sender_id,
    load.extract,
    submission.school_year,
    submission.window_code,
    submission.sha256,
    submission.received_at,
    load.contract_version,
    load.loaded_row_count
from ops.load
inner join ops.submission using (submission_id)
inner join ops.load_status using (load_id)
where load_status.status in ('accepted', 'certified')
order by
    submission.sender_id,
    load.extract,
    submission.school_year,
    submission.window_code,
    load.submission_id desc,
    load.load_id desc;
