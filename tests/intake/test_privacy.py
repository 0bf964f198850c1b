"""Who a record is about is in the vault and in the landed bytes, and nowhere else."""

import logging

import polars as pl
import psycopg
import pytest

from sealea.contract import load_contracts
from sealea.errors import SettingError
from sealea.intake import failures, pseudonym, receiving
from sealea.settings import PROJECT

KEY = bytes(range(32))
SURNAME, BIRTH_DATE, STATE_ID = "Quillfeather", "1981-02-28", "QF77310042"
SCHEMAS = ("raw", "ops")


def people(example) -> str:
    """Return 20 staff, the planted person on lines 2 and, with a date that cannot be read, 3."""
    header, first, *_ = example("staff", (2, "staff_state_id", STATE_ID)).splitlines(keepends=True)
    unreadable = first.replace(STATE_ID, f"{STATE_ID}X").replace(BIRTH_DATE, f"{BIRTH_DATE}{SURNAME}")
    others = [first.replace(STATE_ID, str(number)).replace(SURNAME, "Other").replace(BIRTH_DATE, "1990-01-01") for number in range(18)]
    return header + first + unreadable + "".join(others)


def everything_stored(state) -> str:
    """Return all rows of all tables outside the vault, and every file outside the landing folder."""
    tables = state.rows("select schemaname, tablename from pg_tables where schemaname = any(%s)", list(SCHEMAS))
    rows = [str(row) for schema, table in tables for row in state.rows(f"select stored::text from {schema}.{table} as stored")]
    paths = [path for path in state.settings.state_dir.rglob("*") if path.is_file() and state.settings.landing_dir not in path.parents]
    return "\n".join([*rows, *(f"{path}\n{path.read_text(errors='replace')}" for path in paths)])


def test_a_planted_person_is_in_the_vault_and_nowhere_else(state, example, caplog):
    caplog.set_level(logging.DEBUG)
    assert state.send("staff", people(example)) == "accepted"

    stored = everything_stored(state) + caplog.text
    assert [value for value in (SURNAME, BIRTH_DATE, STATE_ID) if value in stored] == []
    assert "REC-003" in stored
    vault = "select last_name, birth_date::text, staff_state_id, first_name from vault.staff where line_number = 2"
    assert state.rows(vault) == [(SURNAME, BIRTH_DATE, STATE_ID, "Ada")]
    assert state.rows("select count(*) from vault.staff where line_number = 3") == [(0,)]


def test_the_role_that_builds_the_marts_cannot_read_the_vault(state, example, warehouse):
    state.send("staff", people(example))

    with psycopg.connect(warehouse.transform) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from vault.staff")


def test_raw_and_vault_lead_to_one_another_by_load_and_line(state, example):
    state.send("staff", people(example))

    query = "select count(*), count(distinct staff_pid) from raw.staff inner join vault.staff using (load_id, line_number)"
    assert state.rows(query) == [(19, 19)]


def test_one_person_has_one_pseudonym_in_every_extract_and_spelling(state, example):
    state.drop("staff", example("staff", (2, "staff_state_id", " ab12 ")))
    state.drop("staff_assignment", example("staff_assignment", (2, "staff_state_id", "000000AB12")))
    state.receive()

    ((staff,),) = state.rows("select staff_pid from raw.staff where line_number = 2")
    assert state.rows("select staff_pid from raw.staff_assignment where line_number = 2") == [(staff,)]
    key = pseudonym.load_key(state.settings.secrets_dir / "pseudonym_staff.key")
    assert staff == pseudonym.pseudonym(key, "staff", "EX", "000000AB12")


def test_the_pseudonym_is_that_of_the_published_test_vector():
    # indicators.md 9.9
    expected = "903baa8e86f9b7456802b2dd222891aa3a8ac1c67239699c336dd3aa6b7f6398"

    assert pseudonym.pseudonym(KEY, "student", "WA", "0012345678") == expected


def test_persons_of_many_blocks_have_the_pseudonym_of_each_alone(monkeypatch):
    monkeypatch.setattr(pseudonym, "MAXIMUM_REMEMBERED", 3)
    contract = load_contracts(PROJECT)["staff_assignment"]
    together = pseudonym.Pseudonyms(contract, "WA", {"staff": KEY})
    blocks = [["0012345678", "12345678 ", None], ["ab", "AB", "0012345678"], ["cd", "ef", " ab"], ["12345678 ", "gh", "cd"]]

    pids = [together.pids(pl.Series(ids, dtype=pl.String), "staff").to_list() for ids in blocks]

    person = dict.fromkeys(("0012345678", "12345678 "), "0012345678") | dict.fromkeys(("ab", "AB", " ab"), "00000000AB")
    alone = {name: pseudonym.pseudonym(KEY, "staff", "WA", person.get(name, f"00000000{name.upper()}")) for ids in blocks for name in ids if name}
    assert pids == [[alone.get(name) for name in ids] for ids in blocks]


def test_a_missing_or_damaged_key_is_told_without_quoting_it(tmp_path):
    with pytest.raises(SettingError, match="is missing"):
        pseudonym.load_key(tmp_path / "pseudonym_staff.key")
    (tmp_path / "pseudonym_staff.key").write_text("0badc0de")
    with pytest.raises(SettingError, match="not 64 hexadecimal digits") as raised:
        pseudonym.load_key(tmp_path / "pseudonym_staff.key")
    assert "0badc0de" not in str(raised.value)


def test_without_a_key_no_person_is_loaded_and_the_file_waits(state, example):
    (state.settings.secrets_dir / "pseudonym_staff.key").unlink()
    path = state.drop("staff", example("staff"))

    (batch,) = receiving.ready_batches(state.settings)
    with pytest.raises(ExceptionGroup, match="1 of 1 files could not be received"):
        receiving.receive_batch(state.settings, batch)

    assert path.exists()
    assert state.rows("select count(*) from ops.submission") == [(0,)]


def test_an_error_of_the_database_is_told_without_the_value_it_quotes(warehouse, caplog):
    with psycopg.connect(warehouse.pipeline) as connection, pytest.raises(psycopg.DataError) as raised:
        connection.execute("select %s::integer", [SURNAME])
    assert SURNAME in str(raised.value)

    error = failures.told("Upload 1:2:3", raised.value)

    assert SURNAME not in f"{error}{caplog.text}"
    assert "InvalidTextRepresentation 22P02" in str(error)
