"""Archives: the one data file in them is read without being written anywhere; what leads elsewhere, or is a bomb, comes back."""

import gzip
import io
import zipfile

import pytest

NOTHING = {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}
BOMB_BYTES = 200_000_000


def zipped(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return archive.getvalue()


def files_below(folder):
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def bomb():
    """Return a gzip file of two hundred kilobytes that unpacks to two hundred megabytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(BOMB_BYTES // 1_000_000):
            file.write(b"0" * 1_000_000)
    return packed.getvalue()


@pytest.mark.parametrize("suffix", ["", ".gz"], ids=["under a csv name", "under its own name"])
def test_an_archive_bomb_is_kept_as_sent_and_unpacked_no_further_than_data_would_go(state, bomb, suffix):
    (state.inbox() / (state.name("staff") + suffix)).write_bytes(bomb)

    assert state.receive() == NOTHING | {"returned": 1}

    assert sum(files_below(state.settings.landing_dir).values()) == len(bomb) < BOMB_BYTES / 100
    assert "It was unpacked no further than 6" in state.answer("receipt.txt")
    assert state.rows("select distinct rule_id from ops.finding") == [("FILE-010",)]
    assert state.rows("select physical_line_count = unreadable_line_count from ops.load") == [(True,)]


@pytest.mark.parametrize("entry", ["../../../escaped.csv", "/tmp/escaped.csv", "..\\..\\escaped.csv", "C:\\escaped.csv"])
def test_an_archive_whose_entries_lead_elsewhere_writes_nothing(state, example, entry):
    before = {path for path in state.settings.state_dir.rglob("*") if path.name.startswith("escaped")}
    (state.inbox() / state.name("staff").replace(".csv", ".zip")).write_bytes(zipped(entry, example("staff").encode()))

    assert state.receive() == NOTHING | {"returned": 1}

    assert {path for path in state.settings.state_dir.parent.rglob("*") if path.name.startswith("escaped")} == before == set()
    assert "A member is a link or has a name that leads out of the archive." in state.answer("receipt.txt")


@pytest.mark.parametrize("name", ["a\\..\\..\\staff.csv", "%2e%2e%2fstaff.csv", "~root.csv", "-rf.csv", "$(id).csv", "a;b|c.csv"])
def test_a_name_that_would_lead_elsewhere_is_only_a_name(state, name):
    outside = set(state.settings.state_dir.iterdir())
    (state.inbox() / name).write_text("a,b\n1,2\n")

    assert state.receive() == NOTHING | {"returned": 1}

    assert state.rows(
        "select original_name, rule_id from ops.submission inner join ops.load using (submission_id) inner join ops.finding using (load_id)"
    ) == [(name, "FILE-001")]
    assert set(state.settings.state_dir.iterdir()) - outside <= {state.settings.landing_dir}
    assert all(path.parent == state.outbox() and not path.name.startswith((".", "-")) for path in state.outbox().iterdir())


def test_two_windows_are_open_at_once_and_each_has_its_own_file(state, example):
    fall, close = example("staff_assignment"), example("staff_assignment", (2, "fte", "0.9"))
    state.drop("staff_assignment", fall, window="fall")
    state.drop("staff_assignment", close, window="close")

    assert state.receive() == NOTHING | {"accepted": 2}
    assert state.send("staff_assignment", fall, window="close") == "accepted"

    current = "select window_code, fte::text from raw.staff_assignment inner join ops.current_load using (load_id) where line_number = 2 order by 1"
    assert state.rows(current) == [("close", "1.0000"), ("fall", "1.0000")]
    assert state.rows("select status, count(*) from ops.load_status group by 1 order by 1") == [("accepted", 2), ("superseded", 1)]
