"""The trace of one rep or hold: its measure with limit and target, and the set's other reps as faint lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from formcheck.feedback.words import parse_quantity
from formcheck.model import Fault, FloatArray, Hold, Rep
from formcheck.numerals import Readable
from formcheck.report.charts import plain_values, uncertainty_band
from formcheck.rules import BelowOwnBest, NotReturned, OffTempo, RisesAbove, StaysBelow
from formcheck.specs.schema import ExerciseSpec
from formcheck.store.items import ItemContext

__all__ = ["Seen", "Trace", "trace_of"]

AROUND_S: Final = 0.5
_FAINT: Final = 40
_HOLD_POINTS: Final = 900
_LEGEND: Final = {"others": "--faint", "limit": "--limit"}


@dataclass(frozen=True, slots=True)
class Seen:
    """How well the judged measure was seen in an item: the share of its frames, and the median sd of the value."""

    share: float
    sd: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A figure for the page, the column it shows, and how well that was seen."""

    measure: str
    column: str
    figure: dict[str, Any]
    seen: Seen

    @property
    def drawn(self) -> frozenset[str]:
        """What the legend has to explain: others, limit, target."""
        shapes = self.figure["layout"]["shapes"]
        lines = {one["line"].get("color") for one in (*self.figure["data"], *shapes)}
        bands = {"target"} if any("fillcolor" in one for one in shapes) else set()
        return frozenset(bands | {name for name, colour in _LEGEND.items() if colour in lines})

    @property
    def unit_words(self) -> str:
        """The unit, as it follows the measure's name."""
        return {"°": ", degrees", " cm": ", cm"}.get(parse_quantity(self.column).unit, "")


def trace_of(context: ItemContext, spec: ExerciseSpec, series: Mapping[str, FloatArray]) -> Trace:
    """Return the trace of the measure that the worst fault is about, else of the exercise's main measure.

    Time runs from the item's start, so that reps lie over one another and a zoom can be kept from one to the next.
    """
    item = context.item
    fault = next(iter((*item.faults, *item.watch)), None)
    column = _column(context, spec, series, fault)
    time, values = series["time_s"], series[column]
    inside = (time >= item.start_s) & (time <= item.end_s)
    figure = _figure(context, column, time, values, series.get(f"{column}_sd"))
    _add_limit(figure, spec, item, fault, column)
    return Trace(parse_quantity(column).measure, column, figure, _seen(values, series.get(f"{column}_sd"), inside))


def _column(context: ItemContext, spec: ExerciseSpec, series: Mapping[str, FloatArray], fault: Fault | None) -> str:
    side = context.item.side if context.item.side != "both" else context.near_side
    side = "right" if side == "both" else side
    measures = [fault.measure] if fault is not None else []
    for measure in (*measures, *spec.peak):
        if measure in series:
            return measure
        known = parse_quantity(measure).measure
        column = next((name for name in series if _is(name, known, side)), None)
        if column is not None:
            return column
    return next(name for name in series if name != "time_s")


def _is(name: str, measure: str, side: str) -> bool:
    quantity = parse_quantity(name)
    return quantity.measure == measure and quantity.side in ("", side) and not quantity.is_sd


def _seen(values: FloatArray, sd: FloatArray | None, inside: NDArray[np.bool_]) -> Seen:
    found = np.isfinite(values[inside])
    spread = sd[inside][found] if sd is not None else np.array([])
    spread = spread[np.isfinite(spread)]
    return Seen(float(found.mean()) if len(found) else 0.0, float(np.median(spread)) if len(spread) else float("nan"))


def _figure(
    context: ItemContext, column: str, time: FloatArray, values: FloatArray, sd: FloatArray | None
) -> dict[str, Any]:
    item = context.item
    quantity = parse_quantity(column)
    data = _faint_lines(context, time, values)
    part = (time >= item.start_s - 2 * AROUND_S) & (time <= item.end_s + 2 * AROUND_S)
    x, y = time[part] - item.start_s, values[part]
    step = max(1, len(x) // _HOLD_POINTS)
    if sd is not None:
        data.append(uncertainty_band(x[::step], y[::step], sd[part][::step]))
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "this one",
            "x": plain_values(x[::step]),
            "y": plain_values(y[::step]),
            "line": {"color": "--ink", "width": 2.4},
            "hovertemplate": f"%{{y:.1f}}{quantity.unit}<extra></extra>",
        }
    )
    length_s = item.end_s - item.start_s
    return {
        "data": data,
        "layout": {
            "margin": {"l": 46, "r": 12, "t": 8, "b": 38},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": "--ink", "size": 13},
            "showlegend": False,
            "hovermode": "x",
            "hoverlabel": {"bgcolor": "--paper", "font": {"color": "--ink"}},
            "dragmode": "zoom",
            "xaxis": {
                "title": {"text": "seconds from its start", "standoff": 4},
                "range": [-AROUND_S, round(length_s + AROUND_S, 3)],
                "gridcolor": "--grid",
                "zeroline": False,
            },
            "yaxis": {"gridcolor": "--grid", "zerolinecolor": "--axis", "range": _range(data, length_s)},
            "shapes": [_bound(0.0), _bound(length_s)],
            "annotations": [],
        },
    }


def _faint_lines(context: ItemContext, time: FloatArray, values: FloatArray) -> list[dict[str, Any]]:
    if isinstance(context.item, Hold):
        return []
    x: list[float | None] = []
    y: list[float | None] = []
    for other in context.siblings[:_FAINT]:
        if other.id == context.id:
            continue
        part = (time >= other.start_s) & (time <= other.end_s)
        x += [*plain_values(time[part] - other.start_s), None]
        y += [*plain_values(values[part]), None]
    line = {"color": "--faint", "width": 1}
    return [{"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}]


def _range(data: list[dict[str, Any]], length_s: float) -> list[float]:
    """Return the range of the values within the item's time: what came before and after may be cut off."""
    pairs = [pair for trace in data for pair in zip(trace["x"], trace["y"], strict=True)]
    values = [y for x, y in pairs if x is not None and y is not None and -0.1 <= x <= length_s + 0.1]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 0.08 * max(high - low, 2.0)
    return [round(low - room, 2), round(high + room, 2)]


def _bound(x: float) -> dict[str, Any]:
    line = {"color": "--axis", "width": 1.5, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _add_limit(figure: dict[str, Any], spec: ExerciseSpec, item: Rep | Hold, fault: Fault | None, column: str) -> None:
    """Draw the limit of each rule about the shown measure, with the target side of it shaded."""
    layout = figure["layout"]
    measure = parse_quantity(column).measure
    for name, rule in spec.rules.items():
        if isinstance(rule, OffTempo):
            if fault is not None and fault.rule == name:
                period, tolerance = rule.period_s.value, rule.tolerance_s.value
                _band(layout, "x", period - tolerance, period + tolerance)
            continue
        if rule.measure != measure:
            continue
        if isinstance(rule, RisesAbove):
            _limit(layout, rule.limit.value, above=False)
            if fault is not None and fault.rule == name:
                _make_room(layout, fault.value)  # what ends a hold comes after it
        elif isinstance(rule, StaysBelow):
            _limit(layout, rule.limit.value, above=True)
        elif isinstance(rule, BelowOwnBest | NotReturned) and fault is not None and fault.rule == name:
            size = _peak_of(figure, item)
            whole = size / fault.value if isinstance(rule, BelowOwnBest) and fault.value else size
            limit = whole * fault.limit
            if isfinite(limit):
                _limit(layout, limit, above=isinstance(rule, BelowOwnBest))


def _peak_of(figure: dict[str, Any], item: Rep | Hold) -> float:
    line = figure["data"][-1]
    length_s = item.end_s - item.start_s
    inside = [y for x, y in zip(line["x"], line["y"], strict=True) if y is not None and 0 <= x <= length_s]
    return float(np.quantile(inside, 0.9)) if inside else float("nan")


def _make_room(layout: dict[str, Any], value: float) -> None:
    """Make the range hold a value."""
    low, high = layout["yaxis"]["range"]
    room = 0.05 * (high - low)
    layout["yaxis"]["range"] = [round(min(low, value - room), 2), round(max(high, value + room), 2)]


def _limit(layout: dict[str, Any], value: float, *, above: bool) -> None:
    low, high = layout["yaxis"]["range"]
    low, high = min(low, value - 0.1 * (high - low)), max(high, value + 0.1 * (high - low))
    layout["yaxis"]["range"] = [round(low, 2), round(high, 2)]
    _band(layout, "y", value, 10 * high if above else 10 * min(low, -abs(value)))
    line = {"color": "--limit", "width": 1.6, "dash": "dash"}
    layout["shapes"].append(
        {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}
    )
    layout["annotations"].append(
        {
            "xref": "paper",
            "yref": "y",
            "x": 1,
            "xanchor": "right",
            "y": value,
            "yanchor": "top" if above else "bottom",
            "text": f"limit {Readable(value):.1f}",
            "showarrow": False,
            "font": {"size": 12, "color": "--limit"},
        }
    )


def _band(layout: dict[str, Any], axis: str, start: float, end: float) -> None:
    other = "y" if axis == "x" else "x"
    place = {f"{axis}ref": axis, f"{other}ref": "paper", f"{other}0": 0, f"{other}1": 1}
    shape = {"type": "rect", "layer": "below", **place, f"{axis}0": start, f"{axis}1": end}
    layout["shapes"].insert(0, {**shape, "fillcolor": "--target-band", "line": {"width": 0}})
