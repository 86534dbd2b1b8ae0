"""Charts as still pictures, for browsers that run no scripts: the same figures that plotly draws, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from formcheck.model import FloatArray
from formcheck.numerals import Readable, rounded

__all__ = ["still_figure"]

_WIDTH: Final = 860
_HEIGHT: Final = 250
_MOST_POINTS: Final = 430
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
    frame = Markup('<svg class="still" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    drawn = frame.format(_WIDTH, height, label, Markup("").join(parts))
    return Markup('<div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>').format(label, drawn)


def _rows(figure: Mapping[str, Any], paper: _Axes) -> dict[str, _Axes]:
    """Return the axes by the name that traces call them: y, y2, …; the picture is cut to the first x range."""
    layout = figure["layout"]
    x = layout["xaxis"].get("range") or _ends(_all_numbers(figure["data"], "x"))
    found: dict[str, _Axes] = {}
    for name, axis in layout.items():
        if not name.startswith("yaxis"):
            continue
        bottom, top = axis.get("domain", (0.0, 1.0))
        own = [trace for trace in figure["data"] if _row_of(trace.get("yaxis", "y")) == _row_of(name)]
        y = axis.get("range") or _with_room(_ends(np.r_[_all_numbers(own, "y"), _limits(layout, _row_of(name))]))
        place = (paper.left, paper.right, paper.down(top), paper.down(bottom))
        found[_row_of(name)] = _Axes(*place, (x[0], x[1]), (y[0], y[1]))
    return found


def _limits(layout: Mapping[str, Any], row: str) -> FloatArray:
    """Return the values of a row at which a line is drawn across."""
    across = [one for one in layout.get("shapes", ()) if one["type"] == "line" and one["xref"] == _PAPER]
    return np.array([one["y0"] for one in across if _row_of(one["yref"]) == row])


def _row_of(reference: str) -> str:
    """Return the row that a trace, shape or layout means: y, y1, yaxis1 and "y1 domain" are the first."""
    return reference.split()[0].removeprefix("yaxis").removeprefix("y") or "1"


def _ends(values: FloatArray) -> Point:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _with_room(ends: Point) -> Point:
    room = 0.06 * (ends[1] - ends[0])
    return ends[0] - room, ends[1] + room


def _all_numbers(traces: Sequence[Mapping[str, Any]], which: str) -> FloatArray:
    return np.concatenate([_numbers(trace[which]) for trace in traces] or [np.zeros(0)])


def _numbers(values: Sequence[Any]) -> FloatArray:
    """Return values as numbers: dates as seconds, what was not seen as NaN."""
    dates = [datetime.fromisoformat(one).timestamp() if isinstance(one, str) else one for one in values]
    return np.array(dates, dtype=np.float64)


# ---------------------------------------------------------------------- parts


def _traces(traces: Sequence[Mapping[str, Any]], rows: Mapping[str, _Axes]) -> Iterator[Markup]:
    """Give lines, marks, and bands: to the line before (tonexty), or round themselves."""
    before = np.zeros((0, 2))
    for trace in traces:
        axes = rows[_row_of(trace.get("yaxis", "y"))]
        points = np.column_stack([_numbers(trace["x"]), _numbers(trace["y"])])
        if trace.get("fill") == "tonexty":
            edges = np.concatenate([before, points[::-1]])  # as one: what was not seen, or lies outside, is left out
            inside = np.isfinite(edges[:, 1]) & (edges[:, 0] >= axes.x[0]) & (edges[:, 0] <= axes.x[1])
            yield _band(edges[inside], axes, trace["fillcolor"])
        elif "fill" in trace:
            outside = (points[:, 0] < axes.x[0]) | (points[:, 0] > axes.x[1])
            yield _band(points[~outside], axes, trace["fillcolor"])
        elif "markers" in trace["mode"]:
            yield from _marks(trace, points, axes)
        elif trace["line"].get("width"):
            yield _curve(trace, points, axes)
        before = points


def _band(edges: FloatArray, axes: _Axes, colour: str) -> Markup:
    return Markup('<path d="{}" fill="{}"/>').format(_steps(edges, axes), _colour(colour))


def _curve(trace: Mapping[str, Any], points: FloatArray, axes: _Axes) -> Markup:
    line = trace["line"]
    colour = line["color"]
    return Markup(
        '<path class="{}" d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}" opacity="{}"/>'
    ).format(
        _KINDS.get(colour, "line"),
        _steps(_stepped(points) if line.get("shape") == "hv" else points, axes),
        _colour(colour),
        line["width"],
        _DASHES.get(line.get("dash", ""), "none"),
        trace.get("opacity", 1),
    )


def _stepped(points: FloatArray) -> FloatArray:
    """Return points with a corner before each: across first, then up or down."""
    corners = np.column_stack([points[1:, 0], points[:-1, 1]])
    out = np.empty((2 * len(points) - 1, 2))
    out[::2], out[1::2] = points, corners
    return out


def _steps(points: FloatArray, axes: _Axes) -> str:
    """Return points as the steps of a path, with a gap where nothing was seen; not more than the picture can show."""
    x, y = points.T
    seen = np.isfinite(y) & (x >= axes.x[0]) & (x <= axes.x[1])
    kept = ~seen | (np.arange(len(x)) % (len(x) // _MOST_POINTS + 1) == 0)
    x, y, seen = x[kept], y[kept], seen[kept]
    begins = seen & ~np.r_[False, seen[:-1]]
    across = axes.left + (x[seen] - axes.x[0]) / (axes.x[1] - axes.x[0]) * (axes.right - axes.left)
    down = axes.bottom - (y[seen] - axes.y[0]) / (axes.y[1] - axes.y[0]) * (axes.bottom - axes.top)
    down = np.clip(down, axes.top, axes.bottom)
    pens = np.where(begins[seen], "M", "L").tolist()
    return "".join(map("%s%.1f %.1f".__mod__, zip(pens, across.tolist(), down.tolist(), strict=True)))


def _marks(trace: Mapping[str, Any], points: FloatArray, axes: _Axes) -> Iterator[Markup]:
    marker = trace["marker"]
    spread = trace.get("error_y", {}).get("array", [0.0] * len(points))
    for (x, y), sd in zip(points.tolist(), spread, strict=True):
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
    return f"{Readable(value):g}"


def _round_values(low: float, high: float, *, most: int) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten between two values, at most so many."""
    unit = 10.0 ** floor(log10((high - low) / most))
    step = next(unit * times for times in (1, 2, 5, 10, 20) if (high - low) / (unit * times) <= most)
    return [rounded(step * k, 6) for k in range(ceil(low / step), floor(high / step) + 1)]


def _colour(name: str) -> str:
    return f"var({name})" if name.startswith("--") else name
