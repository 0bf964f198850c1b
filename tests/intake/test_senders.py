"""The list of senders is closed: a misspelt key is an error, and registering again replaces."""

import pytest

from sealea.database import connect
from sealea.errors import SettingError
from sealea.intake import senders

LISTING = "senders:\n  - {sender_id: ex-0101, kind: lea, name: Riverside, organisations: [EX-0101, EX-0199]}\n"


def test_a_listed_sender_is_read(tmp_path):
    (tmp_path / "senders.yml").write_text(LISTING)

    (sender,) = senders.load_senders(tmp_path / "senders.yml")

    assert (sender.sender_id, sender.kind, sender.name, sender.organisations) == ("ex-0101", "lea", "Riverside", ("EX-0101", "EX-0199"))


@pytest.mark.parametrize(
    "listing",
    [
        LISTING.replace("kind", "knd"),
        LISTING.replace("lea,", "school,"),
        LISTING.replace("ex-0101", "../etc"),
        LISTING.replace("ex-0101", ".refused"),
        LISTING.replace("[EX-0101, EX-0199]", "[]"),
        LISTING + LISTING.removeprefix("senders:\n"),
        "senders: [",
        "",
    ],
)
def test_a_list_with_a_mistake_is_refused_by_name(tmp_path, listing):
    (tmp_path / "senders.yml").write_text(listing)

    with pytest.raises(SettingError, match=r"senders\.yml"):
        senders.load_senders(tmp_path / "senders.yml")


def test_registering_again_replaces_what_was_known(state):
    with connect(state.settings.pipeline_dsn) as connection:
        senders.register(connection, "ex-0101", "EX", "lea", "Riverside Unified", ["EX-0101", "EX-0199"])
        senders.register(connection, "ex-0101", "EX", "lea", "Riverside", ["EX-0101"])
        known = senders.accounts(connection, "EX")

    assert list(known) == ["sea", "ex-0101", "ex-0102"]
    assert known["ex-0101"] == senders.Account("ex-0101", "lea", "Riverside", frozenset({"EX-0101"}))
