-- What adds to a rule's message stands beside it, and a report is kept as what it is made from: it is rendered when it is
-- delivered, so that the cells it shows are never in the warehouse.

alter table ops.finding add column detail text not null default '';

alter table ops.outbox
    drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('file', 'report', 'asset'));
