"""True ledgers of three Alaska districts, summed to account strings in Alaska's own codes, against the answers beside them."""

import csv
import io
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from sealea.settings import PROJECT

REAL = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data")) / "ak_ledger"
LEAS = {"CRSD19.csv": "AK-0101", "CraigCity19.csv": "AK-0102", "KakeCity19.csv": "AK-0103"}
SITES = {"CraigCity19.csv": "Site"}
CENT = Decimal("0.01")


def read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((REAL / name).read_bytes().decode("utf-8-sig"))))


def postings(file: str) -> Iterator[tuple[object, ...]]:
    """Yield the columns of the contract of each posting with an amount."""
    for record in read(file):
        if record["Amount"].strip():
            codes = (
                record[name].strip() or None for name in ("Fund_Code", "Function_Code", "Object_Code", "Program_Code", SITES.get(file, "School_Code"))
            )
            yield (LEAS[file], 2019, "2019-06-30", *codes, Decimal(record["Amount"].strip()).quantize(CENT))


def enter(pin: Any) -> None:
    """Enter the three ledgers as their districts would send them, and the SEA's directory."""
    columns = ["lea_id", "fiscal_year", "transaction_date", "fund_code", "function_code", "object_code", "program_code", "school_code", "amount_usd"]
    for file, lea in LEAS.items():
        pin.load(lea.lower(), "finance_transaction", 2019, "close", columns, postings(file))
    directory = [("AK", "SEA", "Alaska", None), *((lea, "LEA", lea, "AK") for lea in LEAS.values())]
    pin.load("ak-sea", "org_directory", 2019, "ref", ["org_id", "org_type_code", "org_name", "parent_org_id"], directory)


def test_three_ledgers_give_their_control_totals_and_their_sums_by_fund_function_and_object(query: Any) -> None:
    totals = {
        row[0]: row[1:]
        for row in query(
            """
            select org_id, sum(line_count), sum(amount_usd), sum(amount_usd) filter (where fund_code = '100'),
                sum(amount_usd) filter (where object_code like '3%')
            from restricted.fct_transaction_cell where org_id like 'AK%' group by org_id
            """
        )
    }
    answers = {LEAS[answer["file"]]: answer for answer in read("answer_control_totals.csv")}
    for lea, answer in answers.items():
        lines, *dollars = totals[lea]
        assert lines == int(answer["rows"]) - int(answer["n_blank"])
        assert dollars == [Decimal(answer[name]).quantize(CENT) for name in ("sum_amount", "sum_fund100", "sum_object_3xx_salaries_benefits")]
    assert totals["AK"] == tuple(sum(totals[lea][measure] for lea in answers) for measure in range(4))

    found = {
        row[:4]: row[4]
        for row in query(
            """
            select org_id, fund_code, function_code, object_code, sum(amount_usd)
            from restricted.fct_transaction_cell where org_id like 'AK-____' group by org_id, fund_code, function_code, object_code
            """
        )
    }
    expected = {
        (LEAS[answer["file"]], answer["Fund_Code"], answer["Function_Code"] or "NONE", answer["Object_Code"] or "NONE"): Decimal(answer["sum"])
        for answer in read("answer_fund_function_object.csv")
    }
    assert len(expected) == 719
    # A group all of whose postings lack an amount has no account string; the answers sum it to zero.
    assert {key: found.get(key, Decimal(0)) for key in expected} == {key: value.quantize(CENT) for key, value in expected.items()}
    assert found.keys() <= expected.keys()
