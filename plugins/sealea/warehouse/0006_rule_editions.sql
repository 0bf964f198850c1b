-- What the rules of a window were under each version of contract and pack: a fingerprint of everything that decides on a record.
-- Two versions with one edition differ in words only, so nothing needs to be read again.

create table ops.rule_edition (
    extract text not null,
    layout text not null,
    school_year integer not null,
    window_code text not null,
    contract_version text not null,
    pack_version text not null,
    edition text not null,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (extract, layout, school_year, window_code, contract_version, pack_version)
);
