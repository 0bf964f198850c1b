"""The benchmark measures what it says: real steps in processes of their own, compared by turns, held against the committed run."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench import pipeline, results, table
from bench.figure import Figure, ratio
from bench.results import Part, Run
from bench.turns import by_turns
from sealea.local import postgres
from sealea.settings import Settings

TESTS = Path(__file__).parents[1]
COST = Figure("receive", "seconds", "s", (2.0,), rows=1000, at="2 LEAs")
LOAD = ratio("intake", "clean", [1.0, 1.2, 1.4], [1.0, 1.0, 1.0], limit=1.5)
RUN = Run({"cores": 2}, {"whole": Part("2026-11-26", 90, 0.5, (COST, LOAD))})


def of(*figures):
    return replace(RUN, parts={"whole": Part("2026-11-26", 90, 0.5, figures)})


def run(work, *stages, pairs):
    """Run stages at the smallest size; return what they said."""
    command = [sys.executable, "-P", "-m", "bench", "--size", "XS", "--stage", *stages, "--pairs", str(pairs), "--work", str(work)]
    try:
        done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False)
    finally:
        postgres.erase(Settings(state_dir=work / "XS/server"))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_a_stage_alone_takes_the_real_files_of_a_state_and_says_what_that_cost(tmp_path):
    said = run(tmp_path, "receive", pairs=2)

    seconds = next(line for line in said if "receive: seconds (2 LEAs" in line)
    memory = next(line for line in said if "largest process" in line)
    assert float(seconds.split("|")[2].strip().removesuffix(" s")) > 0.05
    assert float(memory.split("|")[2].strip().removesuffix(" MiB")) > 50  # it has imported Polars at least


def test_a_resubmission_is_held_against_a_full_build_and_our_cells_against_those_of_one_query(tmp_path):
    said = run(tmp_path, "resubmission", "cells_by_hand", pairs=1)

    measured = [line.split("|")[1].strip().partition(" (")[0] for line in said if line.startswith(("| one LEA", "| assessment"))]
    assert "one LEA resubmits: dbt, full build" in measured
    assert "one LEA resubmits: dbt, after one LEA's file" in measured
    assert "assessment cells: dbt models / one query by hand" in measured


def test_what_is_compared_runs_by_turns_every_other_one_in_reverse_and_the_pause_between_is_not_measured():
    order = []

    seconds = by_turns({"ours": lambda: order.append("ours"), "theirs": lambda: order.append("theirs")}, 3, between=lambda: time.sleep(0.01))

    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert max(seconds["ours"] + seconds["theirs"]) < 0.01


def test_a_ratio_is_told_pair_by_pair():
    assert ratio("load", "clean", [2.0, 9.0, 3.0], [1.0, 3.0, 2.0]).values == (2.0, 3.0, 1.5)


def test_cost_that_doubles_when_rows_double_grows_with_the_exponent_one():
    curve = [replace(COST, values=(rows / 500,), rows=rows, at=str(rows)) for rows in (1000, 2000, 4000)]

    assert [figure.median for figure in pipeline.exponents(curve)] == [pytest.approx(1.0)]
    assert pipeline.exponents(curve[:2]) == []


def test_what_is_written_is_read_back():
    runs = {"S": RUN, "M": of(COST)}

    assert results.read(results.written(runs)) == runs


def test_a_ratio_that_got_more_than_15_percent_worse_is_said_and_seconds_are_not():
    now = of(replace(COST, values=(9.0,)), replace(LOAD, values=(1.4,)))

    assert results.worse(now, RUN) == ["intake: clean: 1.20 -> 1.40"]
    assert results.worse(of(replace(LOAD, values=(1.37,))), RUN) == []
    assert "| 1.2 x **worse** |" in table.text({"S": now}, {"S": RUN})


def test_a_missed_limit_is_marked_in_the_page():
    page = table.text({"S": of(replace(LOAD, values=(1.6, 1.7)), COST)}, {})

    assert "| clean | 1.65 x | 1.6 x | 1.7 x | 2 | 1.5 **missed** |  |" in page
    assert "| 2 LEAs, 1,000 rows | growth | process | PostgreSQL | before |" in page
    assert f"| {pipeline.TITLES['receive']} | 2 s |  |  |  |  |" in page


def test_a_stage_measured_anew_leaves_the_others_of_its_size_unless_the_machine_is_another():
    anew = Part("2026-11-27", 5, 0.1, (LOAD,))

    assert results.updated({"S": RUN}, "S", {"cores": 2}, "intake", anew)["S"].parts == {**RUN.parts, "intake": anew}
    assert results.updated({"S": RUN}, "S", {"cores": 4}, "intake", anew)["S"].parts == {"intake": anew}
