-- What the kept cells and indicators rest on, and which of them have to be made again: cost follows the change.

-- The loads that the kept tables are made from, or will be once everything in ops.touched is made again.
create table ops.basis_load (
    load_id bigint primary key references ops.load
);

-- The rows that are left out of them.
create table ops.basis_quarantined_row (
    load_id bigint not null,
    line_number bigint not null,
    primary key (load_id, line_number)
);

-- One row: the code and state pack that the kept tables are made by.
create table ops.basis (
    is_only boolean primary key default true check (is_only),
    code_version text not null,
    pack_version text not null
);

-- The organisations whose rows have to be made again, by extract; `is_read_only` ones are only read, because they share persons with
-- others. The organisation '*' is everything. Rows stay until all layers are built: a run that breaks off forgets nothing.
create table ops.touched (
    extract text not null,
    org_id text not null,
    is_read_only boolean not null default false,
    primary key (extract, org_id)
);
