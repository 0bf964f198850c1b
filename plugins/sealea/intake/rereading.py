"""Rereading: a changed rule, contract or pack reads the landed bytes of the windows that it touches again. What is certified stays as it is."""

from collections import Counter
from datetime import UTC, datetime

from sealea.database import connect
from sealea.errors import SealeaError
from sealea.intake import admission, editions, failures, landing
from sealea.intake.desk import open_desk
from sealea.intake.editions import Scope
from sealea.intake.receiving import OUTCOMES, by_state
from sealea.settings import Settings

OPEN_WINDOWS = Scope()
BATCHES = 8  # of one run of the DAG; the rest is for the next, so that new files never wait long


def reread(settings: Settings, scope: Scope = OPEN_WINDOWS, maximum: int | None = None) -> dict[str, int]:
    """Return what became of the files of all states that were read under other rules than those of now, at most `maximum` in each.

    A file that is returned now leaves the load that counts as it is, and its sender is told.
    """
    outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    for state in by_state(settings):
        outcomes.update(reread_of_state(state, scope, maximum))
    return dict(outcomes)


def reread_some(settings: Settings) -> dict[str, int]:
    """Return what became of those files of open windows that one run of the DAG reads again."""
    return reread(settings, maximum=settings.batch_files * BATCHES)


def reread_of_state(settings: Settings, scope: Scope, maximum: int | None) -> dict[str, int]:
    """Return what became of the files of one state.

    One that fails for a reason of ours stays as it was; an ExceptionGroup of SealeaErrors says at the end what went wrong.
    """
    outcomes: Counter[str] = Counter()
    failed: list[SealeaError] = []
    with connect(settings.pipeline_dsn) as connection:
        desk = open_desk(settings, connection)
        files = editions.due(connection, desk, scope, datetime.now(UTC).date())[:maximum]
        connection.commit()
        for file, load_id in files:
            try:
                outcome = admission.reread(desk, connection, file, landing.landed(settings.landing_dir, file.sha256), load_id)
            except Exception as error:  # noqa: BLE001 - one file must not disturb the next; raised below
                failed.append(failures.told(f"Submission {file.delivery.submission_id} stays as it was read before", error))
            else:
                outcomes.update([outcome] if outcome else [])
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(files)} files could not be read again", failed)
    return dict(outcomes)
