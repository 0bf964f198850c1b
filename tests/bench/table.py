"""docs/benchmarks.md: the figures for people."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bench import pipeline
from bench.figure import Figure
from bench.results import WORSE, Run, Runs
from bench.size import SIZES

HERE = Path(__file__).parent
MEANT = ("S", "M", "L")
HEAD = ("| figure | median | lowest | highest | runs | at most | before |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")


def text(runs: Runs, before: Runs) -> str:
    """Return the page: how to read it, and a section for each size that was run."""
    sections = ["\n".join(section(size, runs[size], before.get(size))) for size in SIZES if size in runs]
    left = [size for size in MEANT if size not in runs]
    missing = [f"Not measured yet: size {' and '.join(left)}."] if left else []
    return "\n\n".join([(HERE / "preface.md").read_text().rstrip(), *missing, *sections]) + "\n"


def section(size: str, run: Run, before: Run | None) -> Iterator[str]:
    """Yield the lines of one size."""
    what = SIZES[size]
    yield f"## Size {size}"
    yield ""
    yield (
        f"{what.whole.leas} LEAs, {what.whole.students:,} students, {what.whole.years} school years; large files of {' and '.join(f'{file.rows:,}' for file in what.files)} rows; "
        f"three small files of each of {what.small_leas} LEAs."
    )
    yield ""
    yield "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in run.machine.items())
    yield ""
    yield "; ".join(f"{name} on {part.at} in {part.seconds:.0f} s at load {part.load_average:.1f}" for name, part in run.parts.items())
    steps = [figure for figure in run.figures if figure.stage in pipeline.TITLES]
    others = [figure for figure in run.figures if figure.stage not in pipeline.TITLES]
    for stage in dict.fromkeys(figure.stage for figure in others):
        yield from ("", f"### {stage}", "", *HEAD)
        yield from (row(figure, before) for figure in others if figure.stage == stage)
        yield from notes([figure for figure in others if figure.stage == stage])
    if not steps:
        return
    yield from ("", "### the pipeline, step by step", "", *journey(steps, before), *notes(steps, lambda figure: pipeline.TITLES[figure.stage]))
    yield from ("", f"![Cost of each step](images/bench-{size.lower()}-cost.svg)")
    if len(what.states) > 1:
        yield from ("", f"![Cost against rows](images/bench-{size.lower()}-growth.svg)")


def journey(steps: list[Figure], before: Run | None) -> Iterator[str]:
    """Yield a table with a line for each step: its seconds for each state, how they grow, and its memory for the whole state."""
    points = {figure.at: f"{figure.at}, {figure.rows:,} rows" for figure in steps if figure.name == pipeline.SECONDS}
    whole = list(points)[-1] if points else ""
    yield f"| step | {' | '.join(points.values())} | growth | process | PostgreSQL | before |"
    yield f"| --- | {'---: | ' * (len(points) + 4)}".rstrip()
    by_key = {figure.key: figure for figure in steps}
    for stage in dict.fromkeys(figure.stage for figure in steps):
        keys = [(stage, pipeline.SECONDS, at) for at in points]
        keys += [(stage, pipeline.GROWTH, ""), (stage, pipeline.PROCESS, whole), (stage, pipeline.SERVER, whole)]
        cells = [marked(by_key[key]) if key in by_key else "" for key in keys]
        old = before.by_key.get((stage, pipeline.SECONDS, whole)) if before else None
        yield f"| {' | '.join([pipeline.TITLES[stage], *cells, unit(old, old.median) if old else ''])} |"


def marked(figure: Figure) -> str:
    """Return the median, marked if it misses its limit."""
    return unit(figure, figure.median) + (" **missed**" if figure.is_within is False else "")


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


def notes(figures: list[Figure], name: Callable[[Figure], str] = lambda figure: figure.name) -> Iterator[str]:
    """Yield the notes of a table, each once, with what they are about."""
    for note in dict.fromkeys(figure.note for figure in figures if figure.note):
        about = dict.fromkeys(name(figure) for figure in figures if figure.note == note)
        yield from ("", f"*{', '.join(about)}*: {note}.")


def unit(figure: Figure, value: float) -> str:
    """Return a value with its unit."""
    return f"{shown(value)} {figure.unit}".rstrip()


def shown(value: float) -> str:
    """Return a number with three significant digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"
