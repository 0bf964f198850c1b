"""One data file in a .gz or a .zip, with or without a manifest; every other archive comes back, and says why."""

import gzip
import hashlib
import io
import json
import struct
import zipfile

import pytest

from sealea.contract import load_contract
from sealea.intake import archive, forms, header
from sealea.settings import PROJECT

RECORDS = 20


def zipped(members: dict[str, bytes], **changes) -> bytes:
    """Return a zip file of these members; `changes` are set on each entry."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in changes.items():
                setattr(entry, attribute, value)
            file.writestr(entry, content)
    return packed.getvalue()


def manifest(data: bytes, **changes) -> bytes:
    """Return the manifest of the example, with keys of its file or of itself changed."""
    file = {
        "name": "staff_assignment.csv",
        "record": "staff_assignment",
        "rows": RECORDS,
        "sha256": hashlib.sha256(data).hexdigest(),
        "control_totals": {"fte": 17.05},
    }
    file |= {key: changes.pop(key) for key in list(changes) if key in file}
    return json.dumps(
        {"spec_version": "1", "lea_id": "EX-0101", "window": "close", "files": [file], "submitted_by": "Example, One"} | changes
    ).encode()


@pytest.fixture(scope="module")
def layout():
    return header.of_contract(load_contract(PROJECT / "expectations/extracts/staff_assignment.yml"))


@pytest.fixture
def recognised(tmp_path, layout):
    """Return a function that tells what the form of these bytes is, for a sender of EX-0101 in the window close."""

    def form(content: bytes):
        (tmp_path / "file").write_bytes(content)
        return forms.recognise(tmp_path / "file", layout, "close", frozenset({"EX-0101"}))

    return form


@pytest.fixture
def data(example) -> bytes:
    return example("staff_assignment").encode()


@pytest.fixture
def refused(recognised):
    """Return a function that tells the rule and the detail for which these bytes come back."""

    def why(content: bytes) -> tuple[str, str]:
        form = recognised(content)
        assert isinstance(form, forms.Refused)
        return form.rule_id, form.detail

    return why


def text_of(form) -> bytes:
    assert isinstance(form, forms.Text)
    with form.open() as file:
        return file.read()


def test_the_data_file_in_an_archive_is_read_as_it_was_before_it_was_packed(recognised, data):
    beside = {"__MACOSX/._staff_assignment.csv": b"\0\5\26\7", ".DS_Store": b"\0", "export/": b""}
    packed = [
        gzip.compress(data),
        gzip.compress(data[:100]) + gzip.compress(data[100:]),
        gzip.compress(data.decode().encode("utf-16")),
        zipped({"staff_assignment.csv": data}),
        zipped({"export/staff_assignment.csv": data, **beside}),
        zipped({"staff_assignment.csv": data, "manifest.json": manifest(data)}),
    ]

    for content in packed:
        form = recognised(content)
        assert text_of(form) == text_of(form) == data
        assert form.line_count == RECORDS + 1


def test_archives_under_their_own_names_are_loaded_with_the_lines_of_the_file_in_them(state, data):
    name = state.name("staff_assignment")
    for window, (ending, content) in enumerate({".csv.gz": gzip.compress(data), ".zip": zipped({"a.csv": data}), ".gz": gzip.compress(data)}.items()):
        (state.inbox() / (name.replace("_close_", f"_w{window}_").removesuffix(".csv") + ending)).write_bytes(content)

    state.receive()

    outcomes = [state.outcome(f"w{window}") for window in range(3)]
    assert [(outcome.status, outcome.loaded_lines) for outcome in outcomes] == [("accepted", list(range(2, 22)))] * 3


def test_why_a_file_is_sent_again_is_kept(state, data):
    again = {"type": "correction", "reason": "Two buildings were left out.", "replaces": "the file of October 5"}
    (state.inbox() / state.name("staff_assignment").replace(".csv", ".zip")).write_bytes(
        zipped({"staff_assignment.csv": data, "manifest.json": manifest(data, resubmission=again)})
    )

    assert state.receive()["accepted"] == 1

    assert state.rows("select resubmission_type, resubmission_reason, resubmission_replaces from ops.submission") == [tuple(again.values())]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"rows": 19}, "It says 19 rows; the file has 20."),
        ({"sha256": "0" * 64}, "The sha256 of the file is another one."),
        ({"control_totals": {"fte": "17.26"}}, "The control total of fte is another one."),
        ({"control_totals": {"Quillfeather": 1}}, "A control total is of a column that the file does not have."),
        ({"name": "staff.csv"}, "It names another file than the one that lies beside it."),
        ({"window": "fall"}, "It names another window than the file's name."),
        ({"lea_id": "EX-0102"}, "It names another organisation than the account reports."),
        ({"rows": "many"}, "It is not of the guide's form: files.rows."),
        ({"Quillfeather": 1}, "It is not of the guide's form: a key of its own."),
        ({"resubmission": {"type": "because", "reason": ""}}, "It is not of the guide's form: resubmission.reason, resubmission.type."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_manifest_that_does_not_agree_returns_the_file_and_names_no_value(refused, data, changes, detail):
    assert refused(zipped({"staff_assignment.csv": data, "manifest.json": manifest(data, **changes)})) == ("FILE-011", detail)


@pytest.mark.parametrize("written", [b"", b"not JSON", b"[" * 100_000, b"\xff\xfe\0"])
def test_a_manifest_that_is_no_json_returns_the_file(refused, data, written):
    assert refused(zipped({"staff_assignment.csv": data, "manifest.json": written})) == ("FILE-011", "It is not JSON.")


def test_control_totals_add_amounts_as_they_are_written_and_every_record_counts(recognised, refused):
    data = b'lea_id,fte\nEX-0101,"$1,000.50"\n,\n\nEX-0101,(0.25)\nEX-0101,x\nEX-0101\n'
    good = manifest(data, rows=4, control_totals={"fte": 1000.25})

    assert text_of(recognised(zipped({"staff_assignment.csv": data, "manifest.json": good}))) == data


def test_an_archive_that_is_not_one_data_file_says_what_it_is(refused, data):
    whole = zipped({"a.csv": data})
    broken = whole[:40] + bytes([whole[40] ^ 0xFF]) + whole[41:]
    cases = {
        "no data file": zipped({"manifest.json": b"{}"}),
        "two data files": zipped({"a.csv": data, "b.csv": data}),
        "the same name in two folders": zipped({"a.csv": data, "x/a.csv": data}),
        "encrypted": whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
        "a link": zipped({"a.csv": b"/etc/passwd"}, external_attr=0o120777 << 16),
        "leads elsewhere": zipped({"../a.csv": data}),
        "zip in gzip": gzip.compress(whole),
        "gzip in zip": zipped({"a.csv.gz": gzip.compress(data)}),
        "tar in gzip": gzip.compress(b"a.csv".ljust(257, b"\0") + b"ustar\x0000" + data),
        "bzip2": b"BZh91AY",
        "damaged zip": broken,
        "cut off zip": whole[:-30],
        "cut off gzip": gzip.compress(data)[:-9],
        "something behind the gzip": gzip.compress(data) + b"x",
        "bad checksum": gzip.compress(data)[:-8] + b"\0\0\0\0" + gzip.compress(data)[-4:],
    }

    details = {name: refused(content) for name, content in cases.items()}

    assert {rule for rule, _ in details.values()} == {"FILE-009"}
    one = "it must hold one data file."
    assert {name: detail for name, (_, detail) in details.items()} == {
        "no data file": f"It holds 0 data files and 1 manifests; {one}",
        "two data files": f"It holds 2 data files and 0 manifests; {one}",
        "the same name in two folders": f"It holds 2 data files and 0 manifests; {one}",
        "encrypted": "It is encrypted; the transfer is protected without it.",
        "a link": "A member is a link or has a name that leads out of the archive.",
        "leads elsewhere": "A member is a link or has a name that leads out of the archive.",
        **dict.fromkeys(("zip in gzip", "gzip in zip", "tar in gzip"), "It holds another archive or a workbook; send that by itself."),
        "bzip2": "Of compressed files only .gz and .zip are read.",
        **dict.fromkeys(("damaged zip", "cut off zip", "cut off gzip", "something behind the gzip", "bad checksum"), archive.DAMAGED),
    }


def test_a_directory_that_would_fill_the_memory_is_not_read(refused, data):
    whole = zipped({"a.csv": data})
    place = whole.rindex(archive.END_OF_DIRECTORY)
    huge = whole[: place + 12] + struct.pack("<I", 1 << 30) + whole[place + 16 :]

    assert refused(huge) == ("FILE-009", "It has more members than an archive of one data file can have.")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.csv": content})], ids=["gzip", "zip"])
def test_a_bomb_is_left_as_soon_as_it_is_larger_than_data_are(refused, monkeypatch, pack):
    monkeypatch.setattr(archive, "ALWAYS_ALLOWED_BYTES", 2 << 20)

    assert refused(pack(b"0" * (16 << 20))) == ("FILE-010", "It was unpacked no further than 4 MiB.")


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says(refused, data):
    packed = bytearray(zipped({"a.csv": data * 10}))
    directory = packed.rindex(b"PK\x01\x02")
    packed[directory + 24 : directory + 28] = struct.pack("<I", 10)

    assert refused(bytes(packed)) == ("FILE-009", archive.DAMAGED)
