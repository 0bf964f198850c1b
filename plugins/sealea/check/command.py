"""The command `sealea check`: which files, with what, and what comes out."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from sealea.check import checking, telling
from sealea.check.checking import Checked
from sealea.check.naming import Said
from sealea.check.reference_folder import ReferenceFolder
from sealea.errors import SealeaError, SettingError
from sealea.intake.rulebook import Rulebook, load_rulebook
from sealea.settings import Settings

UNREADABLE = 2
UNFINISHED = (".part", ".tmp", ".filepart")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.epilog = (
        "Exit code: 0 every file would be accepted with nothing to correct or explain; 1 there are findings that return a file, "
        "quarantine a record or must be explained; 2 the command is wrong or a file cannot be checked."
    )
    add = parser.add_argument
    add("path", type=Path, nargs="+", metavar="FILE_OR_FOLDER", help="what would be sent")
    add("--pack", help="the state, such as wa; without it the first letters of the file's name tell, or SEALEA_STATE_PACK")
    add("--reference", type=Path, metavar="DIR", help="the SEA's reference files, such as its directory and chart of accounts")
    add("--sender", help="the account that sends, where the name does not say it")
    add("--extract", help="what the file holds, where the name does not say it")
    add("--school-year", type=int, help="the ending year, 2026 for 2025-26, where the name does not say it")
    add("--window", help="the collection window, where the name does not say it")
    add("--organisation", action="append", default=[], metavar="ID", help="an organisation that the account reports; may be repeated")
    add("--report", type=Path, metavar="DIR", help="write the report of every file there, as HTML, CSV and JSON")
    add("--format", choices=("text", "json"), default="text", help="what to print")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Check the files and print the verdicts; return the exit code."""
    try:
        results = list(checked(settings, chosen))
        if chosen.report:
            telling.write_reports(results, chosen.report)
    except (SealeaError, OSError) as error:
        print(f"sealea check: {error}", file=sys.stderr)
        return UNREADABLE
    say(telling.as_json(results) if chosen.format == "json" else "\n".join(line for result in results for line in telling.lines(result)))
    return max(result.code for result in results)


def say(text: str) -> None:
    """Print to standard output; what its encoding does not have is shown by its number."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def checked(settings: Settings, chosen: argparse.Namespace) -> Iterator[Checked]:
    """Yield the result of every file. Raises SealeaError if the command line or the reference folder is at fault."""
    paths = files(chosen.path)
    said = Said(chosen.sender, chosen.extract, chosen.school_year, chosen.window, frozenset(chosen.organisation))
    if chosen.reference and not chosen.reference.is_dir():
        raise SettingError(f"There is no folder {chosen.reference}. --reference names a folder with the SEA's files.")
    books: dict[str, tuple[Rulebook, ReferenceFolder]] = {}
    with progress(sum(path.stat().st_size for path in paths)) as bar:
        for path in paths:
            bar.update(bar.task_ids[0], description=path.name)
            pack = chosen.pack or pack_of(settings, path.name)
            if pack not in books:
                book = load_rulebook(settings.project_dir, pack)
                books[pack] = (book, ReferenceFolder(book, chosen.reference))
            yield checking.check(*books[pack], path, said)
            bar.advance(bar.task_ids[0], path.stat().st_size)


def progress(byte_count: int) -> Progress:
    """Return a bar over the bytes of all files, on standard error, and only if a person looks at it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task("", total=max(byte_count, 1))
    return bar


def files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to check, those of folders in the order of their names. Raises SettingError if there is nothing."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise SettingError(f"There is no {path}. Name a file, or a folder with files.")
        inside = (each for each in sorted(path.rglob("*")) if each.is_file() and is_sent(each)) if path.is_dir() else (path,)
        found += inside
    if not found:
        raise SettingError(f"There is no file in {', '.join(map(str, paths))}.")
    return found


def is_sent(path: Path) -> bool:
    """Return whether the platform would take a file of this name, as far as it is finished and visible."""
    return not path.name.startswith(".") and not path.name.lower().endswith(UNFINISHED)


def pack_of(settings: Settings, name: str) -> str:
    """Return the state pack that the first letters of a file's name tell, or that of the settings."""
    told = name.partition("_")[0].lower()
    is_pack = told.isalnum() and (settings.project_dir / "expectations/states" / told / "pack.yml").is_file()
    return told if is_pack else settings.state_pack
