-- What dbt reads: the pin that the kept tables rest on, and its loads, as release/touched.py writes them down before each build. SQL that
-- names no pin is the same in every build, so that dbt neither parses it nor makes its views again.
alter table ops.basis add column pin_id bigint, add column pinned_at timestamptz;

create view ops.built_pin as
select
    pin_id,
    pinned_at
from ops.basis;

create view ops.built_load as
select
    load.load_id,
    submission.sender_id,
    load.extract,
    submission.school_year,
    submission.window_code,
    submission.received_at
from ops.basis_load
inner join ops.load using (load_id)
inner join ops.submission using (submission_id);
