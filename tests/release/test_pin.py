import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from sealea.errors import SealeaError
from sealea.release import pin, publishing
from sealea.settings import PROJECT


def pinned_loads(bench, pin_id):
    return [load for (load,) in bench.query("select load_id from ops.pin_load where pin_id = %s order by load_id", pin_id)]


def pending(bench):
    return [int(body) for (body,) in bench.query("select body from ops.outbox where delivered_at is null order by message_id")]


def test_a_pin_names_the_current_loads_and_no_others(bench):
    first, second = bench.accept_load(), bench.accept_load()
    bench.query("insert into ops.load_event (load_id, status, actor) values (%s, 'withdrawn', 'test')", first)

    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [second]


def test_an_empty_warehouse_gives_nothing_to_publish(bench):
    assert pin.pin_inputs(bench.settings) is None


def test_what_only_the_sea_sends_gives_nothing_to_publish_on_its_own(bench):
    contracts = bench.settings.project_dir / "expectations/extracts"
    contracts.mkdir(parents=True)
    shutil.copy(PROJECT / "expectations/extracts/org_directory.yml", contracts)
    bench.accept_load(extract="org_directory")

    assert pin.pin_inputs(bench.settings) is None
    assert pending(bench) == []
    bench.accept_load()
    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [1, 2]


def test_withdrawn_files_of_leas_leave_the_release_although_only_the_sea_s_remain(bench):
    contracts = bench.settings.project_dir / "expectations/extracts"
    contracts.mkdir(parents=True)
    shutil.copy(PROJECT / "expectations/extracts/org_directory.yml", contracts)
    bench.accept_load(extract="org_directory")
    bench.accept_load()
    bench.published()
    withdraw = "insert into ops.load_event (load_id, status, actor) select load_id, 'withdrawn', 'test' from ops.current_load where extract = 'staff'"
    bench.query(withdraw)

    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [1]


def test_nothing_is_pinned_when_readers_already_see_these_inputs(bench):
    bench.published()

    assert pin.pin_inputs(bench.settings) is None


def test_a_withdrawn_load_gives_something_to_publish(bench):
    bench.accept_load()
    bench.published()
    bench.query("insert into ops.load_event (load_id, status, actor) values (1, 'withdrawn', 'test')")

    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [2]


@pytest.mark.parametrize("changed", ["dbt_project/models/ind_new.sql", "expectations/marts/goal_status.yml", "expectations/states/ex/pack.yml"])
def test_changed_code_gives_something_to_publish_although_no_file_came(bench, changed):
    bench.published()
    path = bench.settings.project_dir / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed\n")

    assert pin.pin_inputs(bench.settings) is not None


def test_the_same_inputs_have_the_same_pin(bench):
    bench.accept_load()

    assert pin.pin_inputs(bench.settings) == pin.pin_inputs(bench.settings)


def test_pins_that_no_release_rests_on_do_not_pile_up(bench):
    published = bench.pinned()
    bench.query("insert into ops.release (pin_id) values (%s)", published)
    for _ in range(3):
        bench.accept_load()
        newest = pin.pin_inputs(bench.settings)

    assert [row for (row,) in bench.query("select pin_id from ops.pin order by pin_id")] == [published, newest]


def test_pinning_delivers_the_messages_of_the_pinned_loads_and_leaves_later_ones(bench):
    bench.accept_load()
    pin.pin_inputs(bench.settings)
    later = bench.accept_load()

    assert pending(bench) == [later]


def test_a_load_that_comes_while_the_inputs_are_pinned_is_neither_pinned_nor_lost(bench):
    first = bench.accept_load()
    with ThreadPoolExecutor() as pool, psycopg.connect(bench.pipeline) as blocker:
        blocker.execute("lock table ops.pin in share mode")  # the inputs are read, the pin cannot be written
        pinning = pool.submit(pin.pin_inputs, bench.settings)
        deadline = time.monotonic() + 30
        while bench.query("select count(*) from pg_locks where relation = 'ops.pin'::regclass and not granted") != [(1,)]:
            assert time.monotonic() < deadline
        later = bench.accept_load()
        blocker.rollback()
        pin_id = pinning.result(timeout=30)

    assert pinned_loads(bench, pin_id) == [first]
    assert pending(bench) == [later]


def test_messages_are_delivered_also_when_the_release_stays_the_same(bench):
    bench.published()
    bench.query("insert into ops.outbox (kind, body) values ('asset', '1')")

    assert pin.pin_inputs(bench.settings) is None
    assert pending(bench) == []


def test_a_load_that_lost_a_line_stops_publishing_and_is_named(bench):
    bench.accept_load()
    broken = bench.accept_load(physical_lines=5)

    with pytest.raises(SealeaError, match=rf"load {broken}: 5 lines in the file, 4 accounted for"):
        pin.pin_inputs(bench.settings)

    assert bench.query("select count(*) from ops.pin") == [(0,)]
    assert len(pending(bench)) == 2


def test_a_load_that_lost_a_line_no_longer_stops_publishing_once_it_is_withdrawn(bench):
    good, broken = bench.accept_load(), bench.accept_load(physical_lines=5)
    bench.query("insert into ops.load_event (load_id, status, actor) values (%s, 'withdrawn', 'test')", broken)

    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [good]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ("delete from raw.staff where load_id = %s and line_number = 3", 2),
        ("insert into raw.staff (load_id, line_number) values (%s, 5)", 4),
    ],
)
def test_a_row_that_is_gone_from_raw_or_too_much_stops_publishing(bench, change, count):
    bench.accept_load()
    broken = bench.accept_load()
    bench.query(change, broken)

    with pytest.raises(SealeaError, match=rf"1 loads .* \(load {broken}: 3 rows loaded, {count} in raw.staff\)"):
        pin.pin_inputs(bench.settings)

    assert bench.query("select count(*) from ops.pin") == [(0,)]


def test_rows_of_a_load_that_was_withdrawn_may_go(bench):
    good, gone = bench.accept_load(), bench.accept_load()
    bench.query("insert into ops.load_event (load_id, status, actor) values (%s, 'withdrawn', 'test')", gone)
    bench.query("delete from raw.staff where load_id = %s", gone)

    assert pinned_loads(bench, pin.pin_inputs(bench.settings)) == [good]


def test_while_a_hold_stands_nothing_is_pinned_and_messages_stay(bench):
    first, _ = bench.published(), bench.published()
    publishing.rollback(bench.settings, first, "steward", "wrong cut scores")
    later = bench.accept_load()

    assert pin.pin_inputs(bench.settings) is None
    assert pending(bench) == [later]


def test_the_code_fingerprint_depends_on_names_and_contents_only(bench, tmp_path):
    project = bench.settings.project_dir
    model = project / "dbt_project/models/a.sql"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"select 1\nfrom x\n")
    before = pin.code_fingerprint(project)
    elsewhere = shutil.copytree(project, tmp_path / "elsewhere")
    copy = elsewhere / "dbt_project/models/a.sql"
    copy.write_bytes(b"select 1\r\nfrom x\r\n")
    os.utime(copy, (0, 0))
    (elsewhere / "dbt_project/models/.a.sql.swp").write_bytes(b"editor")

    assert pin.code_fingerprint(elsewhere) == before
    copy.rename(copy.with_name("b.sql"))
    assert pin.code_fingerprint(elsewhere) != before
