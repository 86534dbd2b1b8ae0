"""Two sets side by side: the same measure over the time since the first rep began, in the same range."""

from __future__ import annotations

from typing import Any

import numpy as np

from formcheck.feedback.verdicts import state_of
from formcheck.feedback.words import parse_quantity
from formcheck.model import FloatArray, SetResult
from formcheck.report._summary import items, strong_side
from formcheck.report.charts import shown_measures

__all__ = ["compared"]

_MOST_POINTS = 3_000


def compared(one: SetResult, other: SetResult, names: tuple[str, str]) -> dict[str, Any] | None:
    """Return the figure, its rows called by `names`; None where the two have no measure in common."""
    pair = [(one, column) for column in _columns(one)[:1]] + [(other, column) for column in _columns(other)[:1]]
    if len(pair) < 2 or parse_quantity(pair[0][1]).measure != parse_quantity(pair[1][1]).measure:
        return None
    lines = [_line(result, column) for result, column in pair]
    seen = np.concatenate([y[np.isfinite(y)] for _, y in lines])
    if not len(seen):
        return None
    room = 0.06 * float(np.ptp(seen)) + 0.5
    quantity = parse_quantity(pair[0][1])
    reach = [round(float(seen.min()) - room, 2), round(float(seen.max()) + room, 2)]
    axis = {"gridcolor": "--grid", "zerolinecolor": "--axis", "range": reach}
    words = f"{quantity.label}, {quantity.unit.strip()}" if quantity.unit else quantity.label
    longest = max(float(x[-1]) for x, _ in lines)
    return {
        "data": [_trace(x, y, row) for row, (x, y) in enumerate(lines, start=1)],
        "layout": {
            "height": 520,
            "margin": {"l": 54, "r": 14, "t": 30, "b": 42},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": "--ink", "size": 13},
            "showlegend": False,
            "hovermode": "x unified",
            "hoverlabel": {"bgcolor": "--paper", "font": {"color": "--ink"}},
            "xaxis": {
                "anchor": "y2",
                "title": {"text": "seconds from the first movement", "standoff": 4},
                "range": [-2.0, round(longest, 2)],
                "gridcolor": "--grid",
                "zeroline": False,
            },
            "yaxis": {**axis, "domain": [0.54, 1.0]},
            "yaxis2": {**axis, "domain": [0.0, 0.46]},
            "annotations": [_name(f"{name}: {words}", top) for name, top in zip(names, (1.0, 0.46), strict=True)],
            "shapes": [shape for row, (result, _) in enumerate(pair, start=1) for shape in _bands(result, row)],
        },
    }


def _name(words: str, top: float) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"}
    return {**place, "text": words, "showarrow": False, "font": {"weight": 650}}


def _columns(result: SetResult) -> list[str]:
    side = "right" if strong_side(result) == "both" else strong_side(result)
    wanted = shown_measures(result)
    return [
        name
        for measure in wanted
        for name in result.series
        if parse_quantity(name).measure == measure
        and parse_quantity(name).side in ("", side)
        and not parse_quantity(name).is_sd
    ]


def _start(result: SetResult) -> float:
    return min((item.start_s for item in items(result)), default=0.0)


def _line(result: SetResult, column: str) -> tuple[FloatArray, FloatArray]:
    step = max(1, len(result.series["time_s"]) // _MOST_POINTS)
    return result.series["time_s"][::step] - _start(result), result.series[column][::step]


def _trace(x: FloatArray, y: FloatArray, row: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [round(one, 3) for one in x.tolist()],
        "y": [round(one, 2) if np.isfinite(one) else None for one in y.tolist()],
        "yaxis": f"y{row}" if row > 1 else "y",
        "line": {"color": "--ink", "width": 1.8},
        "name": "",
    }


def _bands(result: SetResult, row: int) -> list[dict[str, Any]]:
    start = _start(result)
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": f"y{row} domain" if row > 1 else "y domain",
            "x0": round(item.start_s - start, 3),
            "x1": round(item.end_s - start, 3),
            "y0": 0,
            "y1": 1,
            "fillcolor": f"--{state_of(item)}-band",
            "line": {"width": 0},
        }
        for item in items(result)
    ]
