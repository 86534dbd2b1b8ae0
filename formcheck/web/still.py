"""A trace as a still picture, for browsers that run no scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from markupsafe import Markup

__all__ = ["still_trace"]

Place = Callable[[float, float], tuple[float, float]]

_WIDTH: Final = 640
_HEIGHT: Final = 220
_LEFT: Final = 44
_BOTTOM: Final = 24


def still_trace(figure: dict[str, Any]) -> Markup:
    """Return the figure of a rep as SVG: its line, the other reps, bounds and limits, the ends of both axes."""
    layout = figure["layout"]
    (x0, x1), (y0, y1) = layout["xaxis"]["range"], layout["yaxis"]["range"]

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (x - x0) / (x1 - x0) * (_WIDTH - _LEFT)
        return round(across, 1), round((y1 - y) / (y1 - y0) * (_HEIGHT - _BOTTOM), 1)

    parts = [_path(trace, place, (x0, x1)) for trace in figure["data"] if trace["line"].get("color")]
    for shape in layout["shapes"]:
        if shape["type"] == "line":
            vertical = shape["yref"] == "paper"
            start = place(shape["x0"], y0) if vertical else place(x0, shape["y0"])
            end = place(shape["x1"], y1) if vertical else place(x1, shape["y1"])
            kind = "bound" if vertical else "limit"
            parts.append(Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, *start, *end))
    for words, x, y, anchor in (
        (f"{y1:.0f}", _LEFT - 6, 12, "end"),
        (f"{y0:.0f}", _LEFT - 6, _HEIGHT - _BOTTOM, "end"),
        (f"{x0:.1f} s", _LEFT, _HEIGHT - 6, "start"),
        (f"{x1:.1f} s", _WIDTH, _HEIGHT - 6, "end"),
    ):
        parts.append(Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, words))
    frame = Markup('<svg class="still" viewBox="0 0 {} {}" role="img" aria-label="The trace">{}</svg>')
    return frame.format(_WIDTH, _HEIGHT, Markup("").join(parts))


def _path(trace: dict[str, Any], place: Place, between: tuple[float, float]) -> Markup:
    x0, x1 = between
    steps: list[str] = []
    pen = "M"
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is None or y is None or not x0 <= x <= x1:
            pen = "M"
            continue
        across, down = place(x, y)
        steps.append(f"{pen}{across} {down}")
        pen = "L"
    kind = "others" if trace["line"]["color"] == "--faint" else "this"
    return Markup('<path class="{}" d="{}"/>').format(kind, "".join(steps))
