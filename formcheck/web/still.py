"""Charts as still pictures, for browsers that run no scripts: the same figures that plotly draws, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10
from typing import Any, Final

from markupsafe import Markup

__all__ = ["still_figure"]

_WIDTH: Final = 860
_HEIGHT: Final = 250
_MOST_POINTS: Final = 800
Point = tuple[float, float]
_PAPER: Final = "paper"
_DASHES: Final = {"dot": "2 4", "dash": "7 5"}
_KINDS: Final = {"--ink": "this", "--faint": "others", "--limit": "limit", "--axis": "bound"}
"""What a line in a colour is; a style sheet, or a test, may name it."""


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where a pair of axes lies in the picture (px), and what its ends mean."""

    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: float) -> float:
        return round(self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left), 1)

    def down(self, y: float) -> float:
        return round(self.bottom - (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top), 1)


def still_figure(figure: Mapping[str, Any], label: str) -> Markup:
    """Return a figure as SVG: bands, lines, marks, limits, words, and what the axes mean at their ends and between."""
    layout = figure["layout"]
    height = layout.get("height", _HEIGHT)
    margin = layout["margin"]
    paper = _Axes(margin["l"], _WIDTH - margin["r"], margin["t"], height - margin["b"], (0.0, 1.0), (0.0, 1.0))
    rows = _rows(figure, paper)
    behind = [one for one in layout.get("shapes", ()) if one.get("layer") == "below"]
    before = [one for one in layout.get("shapes", ()) if one.get("layer") != "below"]
    parts = [
        *(_shape(shape, rows, paper) for shape in behind),
        *(part for axes in rows.values() for part in _heights(axes)),
        *_times(paper, next(iter(rows.values())).x, layout["xaxis"]),
        *_traces(figure["data"], rows),
        *(_shape(shape, rows, paper) for shape in before),
        *(_words(one, rows, paper) for one in layout.get("annotations", ())),
    ]
    frame = Markup(
        '<div class="scroll"><svg class="still" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></div>'
    )
    return frame.format(_WIDTH, height, label, Markup("").join(parts))


def _rows(figure: Mapping[str, Any], paper: _Axes) -> dict[str, _Axes]:
    """Return the axes by the name that traces call them: y, y2, …; the picture is cut to the first x range."""
    layout = figure["layout"]
    x = layout["xaxis"].get("range") or _ends(value for trace in figure["data"] for value in _numbers(trace["x"]))
    found: dict[str, _Axes] = {}
    for name, axis in layout.items():
        if not name.startswith("yaxis"):
            continue
        bottom, top = axis.get("domain", (0.0, 1.0))
        own = [trace for trace in figure["data"] if _row_of(trace.get("yaxis", "y")) == _row_of(name)]
        y = axis.get("range") or _with_room(_ends(value for trace in own for value in _numbers(trace["y"])))
        place = (paper.left, paper.right, paper.down(top), paper.down(bottom))
        found[_row_of(name)] = _Axes(*place, (x[0], x[1]), (y[0], y[1]))
    return found


def _row_of(reference: str) -> str:
    """Return the row that a trace, shape or layout means: y, y1, yaxis1 and "y1 domain" are the first."""
    return reference.split()[0].removeprefix("yaxis").removeprefix("y") or "1"


def _ends(values: Iterator[float]) -> tuple[float, float]:
    finite = [value for value in values if isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _with_room(ends: tuple[float, float]) -> tuple[float, float]:
    room = 0.06 * (ends[1] - ends[0])
    return ends[0] - room, ends[1] + room


def _numbers(values: list[Any]) -> Iterator[float]:
    """Give values as numbers: dates as seconds, what was not seen as NaN."""
    for value in values:
        if isinstance(value, str):
            yield datetime.fromisoformat(value).timestamp()
        else:
            yield float("nan") if value is None else float(value)


# ---------------------------------------------------------------------- parts


def _traces(traces: Sequence[Mapping[str, Any]], rows: Mapping[str, _Axes]) -> Iterator[Markup]:
    """Give lines, marks, and bands: to the line before (tonexty), or round themselves."""
    before: list[Point] = []
    for trace in traces:
        axes = rows[_row_of(trace.get("yaxis", "y"))]
        points = list(zip(_numbers(trace["x"]), _numbers(trace["y"]), strict=True))
        if "fill" in trace:
            edges = [*before, *reversed(points)] if trace["fill"] == "tonexty" else points
            yield _band(edges, axes, trace["fillcolor"], whole=trace["fill"] == "tonexty")
        elif "markers" in trace["mode"]:
            yield from _marks(trace, points, axes)
        elif trace["line"].get("width"):
            yield _curve(trace, points, axes)
        before = points


def _band(edges: list[Point], axes: _Axes, colour: str, *, whole: bool) -> Markup:
    """Return a filled band; what was not seen is left out of one that is whole, and divides one that is not."""
    if whole:
        edges = [(x, y) for x, y in edges if isfinite(y)]
    return Markup('<path d="{}" fill="{}"/>').format(_steps(edges, axes), _colour(colour))


def _curve(trace: Mapping[str, Any], points: list[Point], axes: _Axes) -> Markup:
    line = trace["line"]
    points = points[:: max(len(points) // _MOST_POINTS, 1)]
    colour = line["color"]
    return Markup(
        '<path class="{}" d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}" opacity="{}"/>'
    ).format(
        _KINDS.get(colour, "line"),
        _steps(points, axes, stepped=line.get("shape") == "hv"),
        _colour(colour),
        line["width"],
        _DASHES.get(line.get("dash", ""), "none"),
        trace.get("opacity", 1),
    )


def _steps(points: list[Point], axes: _Axes, *, stepped: bool = False) -> str:
    steps: list[str] = []
    pen = "M"
    for x, y in points:
        if not isfinite(y) or not isfinite(x) or not axes.x[0] <= x <= axes.x[1]:
            pen = "M"
            continue
        across, down = axes.across(x), min(max(axes.down(y), axes.top), axes.bottom)
        if stepped and pen == "L":
            steps.append(f"H{across}")
        steps.append(f"{pen}{across} {down}")
        pen = "L"
    return "".join(steps)


def _marks(trace: Mapping[str, Any], points: list[Point], axes: _Axes) -> Iterator[Markup]:
    marker = trace["marker"]
    spread = trace.get("error_y", {}).get("array", [0.0] * len(points))
    for (x, y), sd in zip(points, spread, strict=True):
        if not isfinite(y):
            continue
        across = axes.across(x)
        if sd:
            yield _line("line", (across, axes.down(y - sd)), (across, axes.down(y + sd)), "--far")
        circle = Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"/>')
        yield circle.format(across, axes.down(y), marker["size"] / 2, _colour(marker["color"]))


def _shape(shape: Mapping[str, Any], rows: Mapping[str, _Axes], paper: _Axes) -> Markup:
    axes = _meant(shape["yref"], rows, paper)
    x0, x1 = (_across(shape, shape[key], rows, paper) for key in ("x0", "x1"))
    y0, y1 = (min(max(axes.down(shape[key]), axes.top), axes.bottom) for key in ("y0", "y1"))
    if shape["type"] == "line":
        colour = shape["line"]["color"]
        return _line(_KINDS.get(colour, "line"), (x0, y0), (x1, y1), colour, shape["line"].get("dash", ""))
    outline = shape["line"]
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-dasharray="2 4"/>').format(
        min(x0, x1),
        min(y0, y1),
        round(abs(x1 - x0), 1),
        round(abs(y1 - y0), 1),
        _colour(shape["fillcolor"]),
        _colour(outline["color"]) if outline.get("width") else "none",
    )


def _meant(reference: str, rows: Mapping[str, _Axes], paper: _Axes) -> _Axes:
    """Return the axes of a shape's or word's y; "y2 domain" counts from the bottom to the top of a row."""
    if reference == _PAPER:
        return paper
    axes = rows[_row_of(reference)]
    if reference.endswith("domain"):
        return _Axes(axes.left, axes.right, axes.top, axes.bottom, axes.x, (0.0, 1.0))
    return axes


def _across(one: Mapping[str, Any], x: float, rows: Mapping[str, _Axes], paper: _Axes) -> float:
    axes = paper if one["xref"] == _PAPER else next(iter(rows.values()))
    return min(max(axes.across(x), paper.left), paper.right)


def _line(kind: str, start: Point, end: Point, colour: str, dash: str = "") -> Markup:
    drawn = Markup(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1.5" stroke-dasharray="{}"/>'
    )
    return drawn.format(kind, *start, *end, _colour(colour), _DASHES.get(dash, "none"))


# ---------------------------------------------------------------------- words


def _words(one: Mapping[str, Any], rows: Mapping[str, _Axes], paper: _Axes) -> Markup:
    """Return an annotation; its lines stand above one another, ending where the annotation does."""
    across = _across(one, one["x"], rows, paper)
    down = _meant(one["yref"], rows, paper).down(one["y"]) - one.get("yshift", 0)
    down += 13 if one["yanchor"] == "top" else -4
    anchor = {"left": "start", "right": "end"}.get(one.get("xanchor", ""), "middle")
    bold = "bold" if "weight" in one.get("font", {}) else "normal"
    colour = _colour(one.get("font", {}).get("color", "--ink"))
    lines = one["text"].split("<br>")
    drawn = Markup('<text x="{}" y="{}" text-anchor="{}" fill="{}" font-weight="{}">{}</text>')
    return Markup("").join(
        drawn.format(across, round(down - 14 * above, 1), anchor, colour, bold, line)
        for above, line in enumerate(reversed(lines))
    )


def _heights(axes: _Axes) -> Iterator[Markup]:
    """Give a grid line and a number at round values of a row."""
    for y in _round_values(*axes.y, most=5):
        down = axes.down(y)
        yield _line("grid", (axes.left, down), (axes.right, down), "--grid")
        yield _word(axes.left - 6, down + 4, "end", _shown(y))


def _times(paper: _Axes, ends: Point, axis: Mapping[str, Any]) -> Iterator[Markup]:
    """Give what the common x axis means: its ends where it has dates, else round values and its title."""
    below = paper.bottom + 17
    if axis.get("type") == "date":
        for across, x, anchor in ((paper.left, ends[0], "start"), (paper.right, ends[1], "end")):
            yield _word(across, below, anchor, f"{datetime.fromtimestamp(x, UTC).astimezone():%-d %b %Y}")
        return
    for x in _round_values(*ends, most=9):
        across = paper.left + (x - ends[0]) / (ends[1] - ends[0]) * (paper.right - paper.left)
        yield _word(round(across, 1), below, "middle", _shown(x))
    yield _word((paper.left + paper.right) / 2, below + 17, "middle", axis["title"]["text"])


def _word(across: float, down: float, anchor: str, words: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" fill="var(--soft)">{}</text>').format(
        across, down, anchor, words
    )


def _shown(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _round_values(low: float, high: float, *, most: int) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten between two values, at most so many."""
    unit = 10.0 ** floor(log10((high - low) / most))
    step = next(unit * times for times in (1, 2, 5, 10, 20) if (high - low) / (unit * times) <= most)
    return [round(step * k, 6) + 0.0 for k in range(ceil(low / step), floor(high / step) + 1)]


def _colour(name: str) -> str:
    return f"var({name})" if name.startswith("--") else name
