-- The newest status of a load is looked up for that load alone. As a `distinct on` over all events, the view was worked out for
-- every load there ever was whenever the status of one was asked, which is several times for each file that is received.

create or replace view ops.load_status as
select
    load.load_id,
    newest.status,
    newest.at,
    newest.reason
from ops.load
cross join lateral (
    select
        load_event.status,
        load_event.at,
        load_event.reason
    from ops.load_event
    where load_event.load_id = load.load_id
    order by load_event.load_event_id desc
    limit 1
) as newest;
