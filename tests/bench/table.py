"""docs/benchmarks.md: the figures for people."""

from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.results import WORSE, Run, Runs
from bench.size import SIZES

HERE = Path(__file__).parent
HEAD = ("| figure | median | lowest | highest | runs | at most | before |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")


def text(runs: Runs, before: Runs) -> str:
    """Return the page: how to read it, and a section for each size that was run."""
    sections = ["\n".join(section(size, runs[size], before.get(size))) for size in SIZES if size in runs]
    return "\n\n".join([(HERE / "preface.md").read_text().rstrip(), *sections]) + "\n"


def section(size: str, run: Run, before: Run | None) -> Iterator[str]:
    """Yield the lines of one size."""
    what = SIZES[size]
    yield f"## Size {size}"
    yield ""
    yield (
        f"{what.whole.leas} LEAs, {what.whole.students:,} students, {what.whole.years} school years; one file of {what.file_rows:,} rows. "
        f"Run on {run.at} in {run.seconds / 60:.0f} minutes; load of the machine when it began: {run.load_average:.1f}."
    )
    yield ""
    yield "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in run.machine.items())
    for stage in dict.fromkeys(figure.stage for figure in run.figures):
        yield from ("", f"### {stage}", "", *HEAD)
        yield from (row(figure, before) for figure in run.figures if figure.stage == stage)
        yield from notes([figure for figure in run.figures if figure.stage == stage])
    yield from ("", f"![Cost of each step](images/bench-{size.lower()}-cost.svg)")
    if len(what.states) > 1:
        yield from ("", f"![Cost against rows](images/bench-{size.lower()}-growth.svg)")


def row(figure: Figure, before: Run | None) -> str:
    """Return the line of one figure."""
    old = before.by_key.get(figure.key) if before else None
    limit = "" if figure.limit is None else f"{shown(figure.limit)} {'' if figure.is_within else '**missed**'}".rstrip()
    cells = [title(figure), *(unit(figure, value) for value in (figure.median, min(figure.values), max(figure.values)))]
    return f"| {' | '.join([*cells, str(len(figure.values)), limit, change(figure, old)])} |"


def title(figure: Figure) -> str:
    """Return what was measured, and on how much."""
    where = ", ".join(filter(None, [figure.at, f"{figure.rows:,} rows" if figure.rows else ""]))
    return f"{figure.name} ({where})" if where else figure.name


def change(figure: Figure, old: Figure | None) -> str:
    """Return the median of the committed run, marked if a ratio has become worse."""
    if old is None:
        return ""
    is_worse = figure.unit == "x" and figure.median > WORSE * old.median
    return f"{unit(old, old.median)}{' **worse**' if is_worse else ''}"


def notes(figures: list[Figure]) -> Iterator[str]:
    """Yield the notes of a table, each once."""
    for note in dict.fromkeys(figure.note for figure in figures if figure.note):
        about = dict.fromkeys(figure.name for figure in figures if figure.note == note)
        yield from ("", f"*{', '.join(about)}*: {note}.")


def unit(figure: Figure, value: float) -> str:
    """Return a value with its unit."""
    return f"{shown(value)} {figure.unit}".rstrip()


def shown(value: float) -> str:
    """Return a number with three significant digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"
