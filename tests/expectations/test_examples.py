"""Every rule has records or files that pass and some that fail it, and the examination that every file meets says so of them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from sealea import examples
from sealea.contract import load_contracts, load_file_rules
from sealea.errors import UnsafeUpload
from sealea.examples import Change, Pair
from sealea.intake import examination, inbox, receiving, rulebook
from sealea.intake.desk import Desk
from sealea.intake.references import References
from sealea.intake.rulebook import Rulebook
from sealea.pack import load_pack
from sealea.settings import PROJECT, Settings

CONTRACTS, FILE_RULES = load_contracts(PROJECT), load_file_rules(PROJECT)
PAIRS = [
    pytest.param(extract, rule_id, pair, id=f"{extract} {rule_id}")
    for extract in examples.extracts(PROJECT)
    for rule_id, pair in examples.pairs(PROJECT, extract).items()
]
AS_THEY_ARE = Pair(fails=(Change(line=2),))


@pytest.mark.parametrize("extract", CONTRACTS)
def test_every_rule_of_a_contract_has_its_two_examples(extract: str) -> None:
    assert sorted(examples.pairs(PROJECT, extract)) == sorted(rule.id for rule in CONTRACTS[extract].rules)


@pytest.mark.parametrize("extract", CONTRACTS)
def test_the_records_of_an_extract_break_no_rule(extract: str, broken) -> None:
    assert broken(CONTRACTS[extract], examples.records(PROJECT, extract), AS_THEY_ARE) == set()


@pytest.mark.parametrize(("extract", "rule_id", "pair"), PAIRS)
def test_a_rule_lets_the_one_pass_and_finds_the_other(extract: str, rule_id: str, pair: Pair, broken) -> None:
    records = examples.records(PROJECT, extract)

    assert broken(CONTRACTS[extract], records.changed(pair.passes), pair) == set()
    assert broken(CONTRACTS[extract], records.changed(pair.fails), pair) == {rule_id, *pair.also}


@pytest.fixture
def desk(tmp_path) -> Desk:
    """Return the desk of the example state, at which its LEA Riverside has an account."""
    settings = Settings(state_dir=tmp_path, settle_seconds=0.01)
    (settings.sftp_dir / "ex-0101/inbox").mkdir(parents=True)
    settings.landing_dir.mkdir()
    account = rulebook.Account("ex-0101", "lea", "Riverside Unified", frozenset({"EX-0101"}))
    return Desk(settings, Rulebook(CONTRACTS, load_pack(PROJECT, "ex"), FILE_RULES), {"ex-0101": account})


def rules_broken_by(path: Path, desk: Desk, references: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the rules that a whole file breaks, from the inbox to the verdict."""
    shutil.copy(path, desk.places.inbox("ex-0101") / path.name, follow_symlinks=False)
    (upload,) = inbox.ready(desk.places, desk.accounts, desk.settings.settle_seconds)
    target = desk.target("ex-0101", upload.name)
    try:
        landed = receiving.land(desk, upload)
        assert landed
        examined = (
            examination.examined(landed.path, desk.subjects(target, References(references, (), frozenset())), desk.claim(target))
            if target
            else [examination.refused(landed.path, desk.file_rules["FILE-001"])]
        )
    except UnsafeUpload as error:
        examined = [examination.refused(None, desk.file_rules["FILE-008"], str(error))]
    inbox.clear(desk.places, upload, is_refused=not target)
    return set(examined[0].verdict.findings["rule_id"])


@pytest.mark.parametrize("rule_id", FILE_RULES)
def test_a_rule_of_every_file_lets_the_one_pass_and_finds_the_other(rule_id: str, desk: Desk, references) -> None:
    passing, failing = (examples.files(PROJECT, rule_id, outcome) for outcome in ("passes", "fails"))
    also = set(examples.also(PROJECT, rule_id))

    assert passing
    assert failing
    assert [rules_broken_by(path, desk, references) - also for path in passing] == [set()] * len(passing)
    assert [rules_broken_by(path, desk, references) for path in failing] == [{rule_id} | also] * len(failing)


def test_no_examples_are_of_an_extract_or_a_rule_that_is_not_there() -> None:
    folders = {path.name for path in (PROJECT / examples.FOLDER).iterdir()}
    of_files = {path.name for path in (PROJECT / examples.FOLDER / examples.OF_FILES).iterdir() if path.is_dir()}

    assert folders == {*CONTRACTS, examples.OF_FILES}
    assert of_files == set(FILE_RULES)
