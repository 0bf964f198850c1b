"""Editions: which landed files were read under other rules than those of now, told by what decides on a record and not by its words."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import psycopg

from sealea.contract import Rule
from sealea.file_name import FileName
from sealea.intake import ledger
from sealea.intake.desk import Desk
from sealea.intake.ledger import Arrival, Delivery, Waiting

WORDS_OF_COLUMN = {"description", "ceds", "ed_fi", "unit", "since", "until"}
WORDS_OF_RULE = {"message", "fix", "source", "since", "until"}
# The newest reading of every file that counts, or that was returned last and may count under other rules. What was withdrawn stays so,
# what waits is read again anyway, and what stands beside a certified load is pinned with it.
READINGS = """
    with current_load as materialized (
        select current_load.*, load_status.status
        from ops.current_load inner join ops.load_status using (load_id)
    ),
    newest as (
        select distinct on (load.submission_id, load.extract)
            load.submission_id, load.extract, load.load_id, load.contract_version, load.pack_version, load_status.status
        from ops.load inner join ops.load_status using (load_id)
        where load.extract is not null
        order by load.submission_id, load.extract, load.load_id desc
    ),
    last_of_window as (
        select max(submission_id) as submission_id from ops.submission where layout is not null
        group by sender_id, layout, school_year, window_code
    ),
    reading as (
        select newest.*, submission.sender_id, submission.layout, submission.school_year, submission.window_code, submission.sha256, sender.kind
        from newest
        inner join ops.submission using (submission_id)
        inner join ops.sender using (sender_id)
        where sender.state_code = %(state_code)s and submission.sha256 <> %(unread)s and newest.status in ('accepted', 'returned')
            and (
                exists (select from current_load where current_load.submission_id = newest.submission_id)
                or newest.submission_id in (select submission_id from last_of_window)
                and not exists (
                    select from ops.load inner join ops.load_event using (load_id)
                    where load.submission_id = newest.submission_id and load_event.status = 'withdrawn'
                )
                and not exists (
                    select from current_load as newer
                    where newer.submission_id > newest.submission_id and newer.sender_id = submission.sender_id and newer.extract = newest.extract
                        and newer.school_year = submission.school_year and newer.window_code = submission.window_code
                )
            )
            and not exists (
                select from ops.load as sibling
                inner join current_load as certified on sibling.extract = certified.extract
                where sibling.submission_id = newest.submission_id and certified.status = 'certified'
                    and certified.sender_id = submission.sender_id and certified.school_year = submission.school_year
                    and certified.window_code = submission.window_code
            )
    )
"""


# Files with a finding of a rule that looks in the SEA's data, where those that count now are not all those that it looked in;
# and files that were read when nothing was there of an extract that they are held against.
BEHIND = (
    READINGS
    + """
    , looked_in as (
        select * from unnest(%(rule_extract)s::text[], %(rule_id)s::text[], %(found_in)s::text[]) as rule (extract, rule_id, found_in)
    ),
    needed as (
        select * from unnest(%(layout)s::text[], %(year)s::integer[], %(window)s::text[], %(needs)s::text[])
            as needed (layout, school_year, window_code, extract)
    ),
    of_sea as (
        select current_load.extract, current_load.load_id from current_load inner join ops.sender using (sender_id)
        where sender.kind = 'sea' and sender.state_code = %(state_code)s
    )
    select distinct reading.extract, reading.layout, reading.school_year, reading.window_code, reading.contract_version, reading.pack_version,
        reading.submission_id
    from reading
    inner join looked_in using (extract)
    inner join of_sea on looked_in.found_in = of_sea.extract
    where not exists (
        select from ops.load_reference where load_reference.load_id = reading.load_id and load_reference.reference_load_id = of_sea.load_id
    ) and exists (select from ops.finding where finding.load_id = reading.load_id and finding.level = 1 and finding.rule_id = looked_in.rule_id)
    union
    select reading.extract, reading.layout, reading.school_year, reading.window_code, reading.contract_version, reading.pack_version,
        reading.submission_id
    from reading
    inner join needed using (layout, school_year, window_code)
    where needed.extract in (select extract from of_sea) and not exists (
        select from ops.load_reference inner join ops.load as reference on load_reference.reference_load_id = reference.load_id
        where load_reference.load_id = reading.load_id and reference.extract = needed.extract
    )
"""
)


@dataclass(frozen=True)
class Scope:
    """Which windows are looked at; without any part, those that are open."""

    extract: str | None = None
    school_year: int | None = None
    window: str | None = None

    @property
    def is_named(self) -> bool:
        """Return whether somebody named windows, open or not."""
        return any((self.extract, self.school_year, self.window))

    def holds(self, group: "Group") -> bool:
        """Return whether the window of the group is one of those that are named."""
        return self.extract in (None, group.extract) and self.school_year in (None, group.school_year) and self.window in (None, group.window_code)


class Group(NamedTuple):
    """Files of one window that were read under the same versions."""

    extract: str
    layout: str
    school_year: int
    window_code: str
    contract_version: str
    pack_version: str


def due(connection: psycopg.Connection, desk: Desk, scope: Scope, today: date) -> list[tuple[Waiting, int]]:
    """Return the files that were read under other rules, or against other data of the SEA, oldest first and the SEA's before all.

    Each comes with its newest load. Notes the editions of now, so that a later change of words is told from a change of rules.
    """
    known = {"state_code": desk.pack.state_code, "unread": ledger.UNREAD}
    query = READINGS + " select distinct extract, layout, school_year, window_code, contract_version, pack_version from reading"
    groups = [Group(*row) for row in connection.execute(query, known)]
    noted = note(connection, desk, groups)
    windows = calendar(connection, desk)
    changed = [
        group for group in groups if (edition := edition_of(desk, group)) and edition != noted.get(group) and is_due(scope, windows, group, today)
    ]
    behind = [
        submission_id
        for *group, submission_id in connection.execute(BEHIND, {**known, **looked_in(desk), **needs(desk, groups)}).fetchall()
        if is_due(scope, windows, Group(*group), today)
    ]
    return files(connection, known, changed, behind) if changed or behind else []


def is_due(scope: Scope, windows: Mapping[tuple[str, int, str], date], group: Group, today: date) -> bool:
    """Return whether files of the group are to be read again now: they are named, or nobody named any and their window is open."""
    return scope.holds(group) and (scope.is_named or is_open(windows, group, today))


def looked_in(desk: Desk) -> dict[str, list[str]]:
    """Return the rules that look in data of the SEA: by place in three lists their extract, their id, and the extract they look in."""
    rules = [(extract, rule) for extract, contract in desk.contracts.items() for rule in contract.rules if rule.reference_extract]
    return {
        "rule_extract": [extract for extract, _ in rules],
        "rule_id": [rule.id for _, rule in rules],
        "found_in": [rule.reference_extract for _, rule in rules],
    }


def needs(desk: Desk, groups: Iterable[Group]) -> dict[str, list[Any]]:
    """Return the extracts of the SEA that files of these windows are held against: by place in four lists layout, year, window and extract."""
    windows = sorted({(group.layout, group.school_year, group.window_code) for group in groups if edition_of(desk, group)})
    rows = [(*window, extract) for window in windows for extract in sorted(desk.rulebook.needed(target_of(desk, *window)).extracts)]
    return {name: [row[place] for row in rows] for place, name in enumerate(("layout", "year", "window", "needs"))}


def target_of(desk: Desk, layout: str, school_year: int, window_code: str) -> FileName:
    """Return what the name of such a file says."""
    extracts = desk.pack.maps[layout].extracts if layout in desk.pack.maps else (layout,)
    return FileName("", layout, tuple(extracts), school_year, window_code)


def note(connection: psycopg.Connection, desk: Desk, groups: Iterable[Group]) -> Mapping[Group, str]:
    """Write down what the rules of these windows are under the versions of now; return all that is known of versions."""
    insert = "insert into ops.rule_edition values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
    now = {of_now(desk, group): edition for group in groups if (edition := edition_of(desk, group))}
    if now:
        with connection.cursor() as cursor:
            cursor.executemany(insert, [(*group, edition) for group, edition in now.items()])
    query = "select extract, layout, school_year, window_code, contract_version, pack_version, edition from ops.rule_edition"
    return {Group(*row[:-1]): row[-1] for row in connection.execute(query)}


def of_now(desk: Desk, group: Group) -> Group:
    """Return the window of the group under the contract and the pack of now."""
    return group._replace(contract_version=desk.contracts[group.extract].version, pack_version=desk.pack.version)


def edition_of(desk: Desk, group: Group) -> str:
    """Return the fingerprint of everything that now decides on a record of the group; empty if its layout or extract is no more."""
    column_map = desk.pack.maps.get(group.layout)
    if group.extract not in desk.contracts or (column_map is None and group.layout != group.extract):
        return ""
    target = FileName("", group.layout, (group.extract,), group.school_year, group.window_code)
    standard = desk.standard(group.extract, target)
    deciding = {
        "columns": [column.model_dump(exclude=WORDS_OF_COLUMN) | {"codes": sorted(column.codes or ())} for column in standard.contract.columns],
        "key": standard.contract.key,
        "owner": standard.contract.owner,
        "rules": [deciding_part(rule) for rule in standard.contract.rules],
        "weights": {name: rule.severity for name, rule in standard.rules.items()},
        "not_applicable": sorted(standard.not_applicable),
        "maximum_quarantined_share": standard.maximum_quarantined_share,
        "sheet": standard.sheet,
        "map": column_map.model_dump(exclude={"title", "source"}) if column_map else None,
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode()).hexdigest()[:12]


def deciding_part(rule: Rule) -> dict[str, Any]:
    """Return the rule without its words."""
    return rule.model_dump(exclude=WORDS_OF_RULE)


def calendar(connection: psycopg.Connection, desk: Desk) -> Mapping[tuple[str, int, str], date]:
    """Return the last day of each window that the SEA has in its calendar: when it closes, or later, when it is to be certified."""
    contract = desk.contracts.get("window")
    rows = desk.shelf.references(connection, desk.pack.state_code, [contract]).rows if contract else {}
    return {
        (row["extract"], row["school_year"], row["window_code"]): max(filter(None, (row["close_date"], row["certify_date"])))
        for frame in rows.values()
        for row in frame.iter_rows(named=True)
    }


def is_open(windows: Mapping[tuple[str, int, str], date], group: Group, today: date) -> bool:
    """Return whether the window is not over; one that is in no calendar has no end."""
    return windows.get((group.extract, group.school_year, group.window_code), today) >= today


def files(connection: psycopg.Connection, known: Mapping[str, Any], changed: Sequence[Group], behind: list[int]) -> list[tuple[Waiting, int]]:
    """Return the files of these groups, and those of these submissions."""
    query = (
        READINGS
        + """
        select reading.sender_id, delivery.original_name, delivery.upload_signature, delivery.delivery_id, reading.submission_id,
            delivery.received_at, reading.sha256, max(newest.load_id)
        from reading
        inner join newest using (submission_id)
        inner join ops.delivery using (submission_id)
        where not delivery.is_duplicate and (reading.submission_id = any(%(behind)s) or (
            reading.extract, reading.layout, reading.school_year, reading.window_code, reading.contract_version, reading.pack_version
        ) in (select * from unnest(%(extract)s::text[], %(layout)s::text[], %(year)s::integer[], %(window)s::text[], %(c)s::text[], %(p)s::text[])))
        group by reading.kind, reading.sender_id, delivery.delivery_id, reading.submission_id, reading.sha256
        order by reading.kind <> 'sea', reading.submission_id
        """
    )
    names = ("extract", "layout", "year", "window", "c", "p")
    columns = {name: [group[place] for group in changed] for place, name in enumerate(names)}
    return list(waiting(connection.execute(query, {**known, **columns, "behind": behind})))


def waiting(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Waiting, int]]:
    """Yield each file of the ledger with its newest load."""
    for row in rows:
        yield Waiting(Arrival(*row[:3]), Delivery(*row[3:6]), row[6]), row[7]
