"""The command line: `sealea COMMAND`. Progress goes to standard error, results to standard output."""

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from sealea.check import options
from sealea.contract import load_contracts, load_file_rules
from sealea.errors import SealeaError, SettingError
from sealea.pack import load_pack, load_packs
from sealea.settings import Settings, load_settings

Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name and return the exit code: 0 done, 1 an error that the message explains."""
    parser = argparse.ArgumentParser(prog="sealea", description="From LEA extracts to reform-goal indicators.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (function, help_text) in COMMANDS.items():
        commands.add_parser(name, help=help_text, description=help_text).set_defaults(function=function)
    commands.choices["rollback"].add_argument("release_id", type=int, help="the release that readers shall see again")
    commands.choices["rollback"].add_argument("--reason", required=True, help="why; kept with the release")
    commands.choices["demo"].add_argument("--real", type=Path, help="deliver the real files of this folder instead of the sample state")
    commands.choices["render"].add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    of_state = commands.choices["sample-state"].add_argument
    of_state("--leas", type=int, default=6, help="districts")
    of_state("--students", type=int, default=3000, help="students in grades 3 to 12")
    of_state("--years", type=int, default=2, help="school years, the last one 2026")
    of_state("--seed", type=int, default=1, help="the same seed gives the same bytes")
    of_state("--errors", type=float, default=0.15, help="share of the districts' files with something wrong in them, 0 to 1")
    of_state("--out", type=Path, required=True, help="a folder for the files, the list of senders and the truth")
    options.add_options(commands.choices["check"])
    commands.choices["senders"].add_argument("file", type=Path, help="the list, such as senders.yml")
    of_recheck = commands.choices["recheck"].add_argument
    of_recheck("--extract", help="files of this extract, also of windows that are over")
    of_recheck("--school-year", type=int, help="files of this school year, by its ending year")
    of_recheck("--window", help="files of this window, such as close")
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.function(load_settings(), chosen))
    except SealeaError as error:
        print(f"sealea: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("sealea"):
            raise
        print(f"sealea: this command needs the whole platform, and {error.name} is not installed: pip install 'sealea[platform]'.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sealea: stopped; 'make down' ends what is still running.", file=sys.stderr)
        return 130


def clock() -> Say:
    """Return a function that prints a line with the seconds since now."""
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {line}", file=sys.stderr, flush=True)

    return say


def up(settings: Settings, _: argparse.Namespace) -> int:
    """Start the services and show where they are."""
    from sealea.local import stack

    stack.up(settings, clock(), prepare_warehouse)
    return status(settings, _)


def prepare_warehouse(settings: Settings) -> None:
    """Bring the tables of the local warehouse up to this code."""
    from sealea.database import migrate

    contracts = load_contracts(settings.project_dir)
    migrate(addressed(settings).pipeline_dsn, contracts.values(), *load_packs(settings.project_dir))


def down(settings: Settings, _: argparse.Namespace) -> int:
    """Stop what `up` started."""
    from sealea.local import stack

    stack.down(settings, clock())
    return 0


def erase(settings: Settings, _: argparse.Namespace) -> int:
    """Delete the data of the local PostgreSQL, which root keeps outside the project."""
    from sealea.local import postgres

    postgres.erase(settings)
    return 0


def status(settings: Settings, _: argparse.Namespace) -> int:
    """Print each service with its state and address, and how to log in."""
    from sealea.local import access, stack

    access.show(Console(), settings, stack.status(settings))
    return 0


def demo(settings: Settings, chosen: argparse.Namespace) -> int:
    """Start everything, deliver the sample state or the real files, publish, and show the result."""
    from sealea.demo import main as demonstration
    from sealea.local import access, stack

    say = clock()
    stack.up(settings, say, prepare_warehouse)
    demonstration.demonstrate(settings, say, chosen.real)
    access.show(Console(), settings, stack.status(settings))
    return 0


def render(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the generated files, or with --check name those that differ from their source."""
    from sealea.render import files

    project = settings.project_dir
    texts = files.generated(project, load_contracts(project), load_pack(project, settings.state_pack), load_file_rules(project))
    stale = files.stale(project, texts)
    for path in stale:
        print(f"{'differs from its source' if chosen.check else 'written'}: {path}")
    if chosen.check:
        return 1 if stale else 0
    files.write(project, texts)
    return 0


def migrate_warehouse(settings: Settings, _: argparse.Namespace) -> int:
    """Bring the tables of the warehouse that SEALEA_PIPELINE_DSN names up to this code."""
    from sealea.database import migrate

    contracts = load_contracts(settings.project_dir)
    for name in migrate(addressed(settings).pipeline_dsn, contracts.values(), *load_packs(settings.project_dir)):
        print(f"applied: {name}")
    return 0


def register_senders(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make the warehouse know the senders of a list; those it knows besides stay."""
    from sealea.database import connect
    from sealea.intake import senders

    if not chosen.file.is_file():
        raise SettingError(f"There is no file {chosen.file}. docs/deployment.md shows what a list of senders looks like.")
    listed = senders.load_senders(chosen.file)
    state_code = load_pack(settings.project_dir, settings.state_pack).state_code
    with connect(addressed(settings).pipeline_dsn) as connection:
        for sender in listed:
            senders.register(connection, sender.sender_id, state_code, sender.kind, sender.name, sender.organisations)
    print(f"registered: {len(listed)} senders")
    return 0


def sample_state(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the files that the senders of a sample state would drop, and the truth beside them."""
    from sealea.sample_state.size import Size
    from sealea.sample_state.writing import write_state

    size = Size(chosen.leas, chosen.students, chosen.years, chosen.seed)
    listing = write_state(size, chosen.out, load_pack(settings.project_dir, "ex").file_name, chosen.errors)
    print(f"{listing} lists the senders; {chosen.out / 'truth'} has what is true of the state.")
    return 0


def recheck(settings: Settings, chosen: argparse.Namespace) -> int:
    """Read landed files again that were read under other rules than those of now; the answers go out with the next run of `receive`."""
    from sealea.intake import rereading
    from sealea.intake.editions import Scope

    outcomes = rereading.reread(addressed(settings), Scope(chosen.extract, chosen.school_year, chosen.window))
    print(", ".join(f"{outcome}: {count}" for outcome, count in outcomes.items() if count) or "Every file was read under the rules of now.")
    return 0


def rollback(settings: Settings, chosen: argparse.Namespace) -> int:
    """Show readers an earlier release again and hold all further ones."""
    from sealea.release import publishing

    publishing.rollback(addressed(settings), chosen.release_id, getpass.getuser(), chosen.reason)
    print(f"Readers see release {chosen.release_id}. New releases are held until 'sealea lift-hold'.")
    return 0


def lift_hold(settings: Settings, _: argparse.Namespace) -> int:
    """Let releases be published again after a rollback."""
    from sealea.release import publishing

    print("The hold is lifted." if publishing.lift_hold(addressed(settings), getpass.getuser()) else "There was no hold.")
    return 0


def addressed(settings: Settings) -> Settings:
    """Return the settings with the warehouse's address: the one they name, or the local PostgreSQL's."""
    from sealea.local import secrets

    return settings.model_copy(update={"pipeline_dsn": secrets.pipeline_dsn(settings), "transform_dsn": secrets.transform_dsn(settings)})


def check(settings: Settings, chosen: argparse.Namespace) -> int:
    """Say what the platform would say of files that are not sent yet."""
    from sealea.check import command

    return command.run(settings, chosen)


COMMANDS: dict[str, tuple[Callable[[Settings, argparse.Namespace], int], str]] = {
    "up": (up, "start PostgreSQL, the SFTP server and Airflow"),
    "down": (down, "stop what `up` started"),
    "status": (status, "show the services, their addresses and logins"),
    "check": (check, "say before sending what the platform would say of a file"),
    "demo": (demo, "deliver a sample state over SFTP and publish its indicators"),
    "sample-state": (sample_state, "write a state of any size whose truth is known"),
    "recheck": (recheck, "read landed files again that were read under other rules than those of now"),
    "rollback": (rollback, "show readers an earlier release again, and hold further ones"),
    "lift-hold": (lift_hold, "publish again after a rollback"),
    "erase": (erase, "delete the local database for good"),
    "render": (render, "write the files generated from contracts, models and settings"),
    "migrate": (migrate_warehouse, "bring the tables of a warehouse up to this code"),
    "senders": (register_senders, "make a warehouse know the senders that a file lists"),
}


if __name__ == "__main__":
    sys.exit(main())
