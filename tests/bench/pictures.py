"""The pictures of docs/benchmarks.md, drawn from docs/benchmarks.json by .tools/bench/bin/python, which alone has Altair."""

import json
import sys
from pathlib import Path
from typing import Any

import altair as alt

INK, BLUE, RED = "#333333", "#1f6fb4", "#c23b22"
STEPS = ["sample", "receive", "pin", "reconcile", "cells", "marts", "gate", "publish"]
WIDTH = 640


def main() -> None:
    docs = Path(sys.argv[1])
    sizes = json.loads((docs / "benchmarks.json").read_text())["sizes"]
    for name, run in sizes.items():
        figures = run["parts"].get("pipeline", {"figures": []})["figures"]
        points = [figure for figure in figures if figure["name"] == "seconds"]
        rows = sorted({point["rows"] for point in points})
        images = docs / "images"
        if not points:
            continue
        save(cost([point for point in points if point["rows"] == rows[-1]], name), images / f"bench-{name.lower()}-cost.svg")
        if len(rows) > 1:
            exponents = {figure["stage"]: figure["median"] for figure in figures if figure["name"] == "growth with rows"}
            save(growth(points, exponents, name), images / f"bench-{name.lower()}-growth.svg")


def cost(points: list[dict[str, Any]], size: str) -> alt.LayerChart:
    """Return bars of seconds by step."""
    data = alt.Data(values=[{"step": point["stage"], "seconds": point["median"], "label": f"{point['median']:.3g} s"} for point in points])
    bars = alt.Chart(data, title=f"Seconds of each step, size {size}, {points[0]['rows']:,} rows", width=WIDTH, height=26 * len(points))
    seconds, step = alt.X("seconds:Q", title="seconds"), alt.Y("step:N", sort=STEPS, title=None)
    return bars.mark_bar(color=BLUE).encode(x=seconds, y=step) + bars.mark_text(align="left", dx=4, color=INK).encode(
        x=seconds, y=step, text="label:N"
    )


def growth(points: list[dict[str, Any]], exponents: dict[str, float], size: str) -> alt.FacetChart:
    """Return seconds against rows on log axes, one panel a step with its exponent."""
    titles = {step: f"{step}: rows^{exponents[step]:.2f}" for step in STEPS if step in exponents}
    values = [{"step": titles[point["stage"]], "rows": point["rows"], "seconds": point["median"]} for point in points if point["stage"] in titles]
    base = alt.Chart(width=180, height=150).encode(
        x=alt.X("rows:Q", scale=alt.Scale(type="log", nice=False, padding=12), axis=alt.Axis(format="~s", tickCount=3)),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log", padding=12), axis=alt.Axis(tickCount=4)),
    )
    fit = base.transform_regression("rows", "seconds", method="pow").mark_line(color=RED, strokeDash=[4, 3])
    layers = alt.layer(base.mark_point(filled=True, size=60, color=BLUE), fit, data=alt.Data(values=values))
    facet = alt.Facet("step:N", sort=list(titles.values()), title=None)
    return layers.facet(facet, columns=3, title=f"Seconds against rows, size {size}, with the fitted power of rows")


def save(chart: Any, path: Path) -> None:
    """Write a chart as SVG."""
    chart.configure(font="sans-serif").configure_axis(labelColor=INK, titleColor=INK).save(str(path))


if __name__ == "__main__":
    main()
