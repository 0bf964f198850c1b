"""The command `sealea check`: which files, with what, and what comes out."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from sealea.check import checking, telling
from sealea.check import repair as repairing
from sealea.check.checking import Checked
from sealea.check.naming import Said, identified
from sealea.check.reference_folder import ReferenceFolder
from sealea.errors import SealeaError, SettingError
from sealea.intake.rulebook import Rulebook, load_rulebook
from sealea.settings import Settings

UNREADABLE = 2
UNFINISHED = (".part", ".tmp", ".filepart")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Check the files and print the verdicts; return the exit code."""
    try:
        if chosen.write and not chosen.repair:
            raise SettingError("--write belongs to --repair.")
        if chosen.repair:
            return repair(settings, chosen)
        results = list(checked(settings, chosen))
        if chosen.report:
            telling.write_reports(results, chosen.report)
    except (SealeaError, OSError) as error:
        print(f"sealea check: {error}", file=sys.stderr)
        return UNREADABLE
    say(telling.as_json(results) if chosen.format == "json" else "\n".join(line for result in results for line in telling.lines(result)))
    return max(result.code for result in results)


def repair(settings: Settings, chosen: argparse.Namespace) -> int:
    """List the corrections of every file, write the copies if that is asked for, and say what the platform would say of them."""
    paths = files(chosen)
    if chosen.write and len(paths) > 1 and not chosen.write.is_dir():
        raise SettingError(f"{chosen.write} is no folder, and there are {len(paths)} files.")
    books, results = Books(settings, chosen), []
    for path in paths:
        book, folder = books.of(path)
        account, target = identified(book, path.name, books.said)
        if target is None:
            raise SettingError(f"{path.name} does not say what it holds: give --extract, --school-year and --window.")
        mended = repairing.repaired(book, account, target, path)
        with tempfile.TemporaryDirectory() as draft:
            copy = Path(draft) / mended.name
            copy.write_bytes(mended.content)
            result = checking.check(book, folder, copy, books.said)
        written = repairing.write(mended, path, chosen.write) if chosen.write else None
        results.append((path, mended, written, result))
    say(telling.repairs_as_json(results) if chosen.format == "json" else "\n".join(line for each in results for line in telling.repairs(*each)))
    return max(result.code for *_, result in results)


def say(text: str) -> None:
    """Print to standard output; what its encoding does not have is shown by its number."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def checked(settings: Settings, chosen: argparse.Namespace) -> Iterator[Checked]:
    """Yield the result of every file. Raises SealeaError if the command line or the reference folder is at fault."""
    paths, books = files(chosen), Books(settings, chosen)
    with progress(sum(path.stat().st_size for path in paths)) as bar:
        for path in paths:
            bar.update(bar.task_ids[0], description=path.name)
            watch, end = within(bar, path.stat().st_size)
            yield checking.check(*books.of(path), path, books.said, watch)
            bar.update(bar.task_ids[0], completed=end)


def within(bar: Progress, byte_count: int) -> tuple[Callable[[float], None], float]:
    """Return what moves the bar to a share of the next file, whose size is given, and where the bar stands after the file."""
    start = bar.tasks[0].completed

    def watch(share: float) -> None:
        bar.update(bar.task_ids[0], completed=start + share * byte_count)

    return watch, start + byte_count


class Books:
    """The rulebook and reference folder of every state whose files are checked."""

    def __init__(self, settings: Settings, chosen: argparse.Namespace) -> None:
        """Begin with what the command line says. Raises SettingError if its reference folder is not there."""
        if chosen.reference and not chosen.reference.is_dir():
            raise SettingError(f"There is no folder {chosen.reference}. --reference names a folder with the SEA's files.")
        self.settings, self.chosen = settings, chosen
        self.said = Said(chosen.sender, chosen.extract, chosen.school_year, chosen.window, frozenset(chosen.organisation))
        self.known: dict[str, tuple[Rulebook, ReferenceFolder]] = {}

    def of(self, path: Path) -> tuple[Rulebook, ReferenceFolder]:
        """Return what a file is checked with."""
        pack = self.chosen.pack or pack_of(self.settings, path.name)
        if pack not in self.known:
            book = load_rulebook(self.settings.project_dir, pack)
            self.known[pack] = (book, ReferenceFolder(book, self.chosen.reference))
        return self.known[pack]


def progress(byte_count: int) -> Progress:
    """Return a bar over the bytes of all files, on standard error, and only if a person looks at it."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task("", total=max(byte_count, 1))
    return bar


def files(chosen: argparse.Namespace) -> list[Path]:
    """Return the files to check, those of folders in the order of their names. Raises SettingError if there is nothing."""
    others = [folder.resolve() for folder in (chosen.reference, chosen.report, chosen.write) if folder]
    found: list[Path] = []
    for path in chosen.path:
        if not path.exists():
            raise SettingError(f"There is no {path}. Name a file, or a folder with files.")
        inside = (each for each in sorted(path.rglob("*")) if each.is_file() and is_sent(each)) if path.is_dir() else (path,)
        found += [each for each in inside if each == path or not set(others) & set(each.resolve().parents)]
    if not found:
        raise SettingError(f"There is no file in {', '.join(map(str, chosen.path))}.")
    return found


def is_sent(path: Path) -> bool:
    """Return whether the platform would take a file of this name: it is finished and visible, and no report of an earlier check."""
    return not path.name.startswith(".") and not path.name.lower().endswith((*UNFINISHED, *telling.REPORTS))


def pack_of(settings: Settings, name: str) -> str:
    """Return the state pack that the first letters of a file's name tell, or that of the settings."""
    told = name.partition("_")[0].lower()
    is_pack = told.isalnum() and (settings.project_dir / "expectations/states" / told / "pack.yml").is_file()
    return told if is_pack else settings.state_pack
