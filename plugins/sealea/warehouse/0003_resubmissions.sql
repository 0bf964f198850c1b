-- Why a sender says that it sends a file again, from the manifest of its archive; null for a file without one.

alter table ops.submission
    add column resubmission_type text,
    add column resubmission_reason text,
    add column resubmission_replaces text;
