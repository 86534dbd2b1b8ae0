"""The traces of a set as a plotly figure in plain values; colours are names that the page's style gives a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from formcheck.feedback.verdicts import State, state_of
from formcheck.feedback.words import Quantity, parse_quantity
from formcheck.model import FloatArray, SetResult
from formcheck.numerals import Readable
from formcheck.report._summary import far_leg_words, is_readable, items, main_measures, strong_side, working_leg
from formcheck.report.chart_bands import band_labels, item_bands, setup_bands

__all__ = ["figure", "further_measures", "plain_values", "shown_measures", "uncertainty_band"]

_ROW_PX: Final = 210
_ROW_GAP_PX: Final = 46
_TOP_PX, _BOTTOM_PX = 54, 44
_MOST_HZ: Final = 30.0  # a chart of slow movements gains nothing beyond, and the page stays small
_ENOUGH: Final = 2
_AROUND_S: Final = 1.0
_LEAST_SPAN: Final = 4.0  # degrees or centimetres: what is smaller fills no chart
_SYMBOLS: Final[dict[State, str]] = {
    "ok": "circle",
    "watch": "triangle-up",
    "fault": "x",
    "cannot_judge": "diamond-open",
}


def shown_measures(result: SetResult) -> list[str]:
    """Return the measures to chart: those reported at the peaks, those with a limit or a fault; two at least."""
    wanted = [parse_quantity(name).measure for name in (*main_measures(result), *result.limits)]
    wanted += [parse_quantity(fault.measure).measure for item in items(result) for fault in item.faults]
    present = _measures(result)
    shown = [measure for measure in dict.fromkeys(wanted) if measure in present]
    if len(shown) < _ENOUGH:
        shown += [measure for measure in present if measure not in shown][: _ENOUGH - len(shown)]
    return shown


def further_measures(result: SetResult) -> list[str]:
    """Return the measures that `shown_measures` leaves out."""
    shown = shown_measures(result)
    return [measure for measure in _measures(result) if measure not in shown]


def figure(result: SetResult, measures: Sequence[str]) -> dict[str, Any]:
    """Return data, layout and height of a figure with one row a measure over a common time axis."""
    rows = len(measures)
    inner = rows * _ROW_PX + max(rows - 1, 0) * _ROW_GAP_PX
    layout: dict[str, Any] = {
        "height": inner + _TOP_PX + _BOTTOM_PX,
        "margin": {"l": 44, "r": 14, "t": _TOP_PX, "b": _BOTTOM_PX},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "--ink", "size": 13},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "--paper", "font": {"color": "--ink"}},
        "dragmode": "zoom",
        "showlegend": False,
        "xaxis": {
            "anchor": f"y{rows}",
            "title": {"text": "seconds", "standoff": 6},
            "range": [0.0, round(result.source.duration_s, 3)],
            "gridcolor": "--grid",
            "zeroline": False,
        },
        "shapes": [*item_bands(result), *setup_bands(result)],
        "annotations": band_labels(result),
    }
    data: list[dict[str, Any]] = []
    for row, measure in enumerate(measures, start=1):
        top = 1.0 - (row - 1) * (_ROW_PX + _ROW_GAP_PX) / inner
        layout[f"yaxis{row}"] = {
            "domain": [max(top - _ROW_PX / inner, 0.0), top],
            "gridcolor": "--grid",
            "zerolinecolor": "--axis",
            "fixedrange": True,
            **_range(result, measure),
        }
        data += _traces(result, measure, row)
        layout["annotations"] += _row_titles(result, measure, top)
        _add_limits(layout, result, measure, row)
    return {"data": data, "layout": layout}


def _measures(result: SetResult) -> list[str]:
    """Return the measures that were seen and can be read in this view, in the order of the series."""
    names = [name for name in result.series if name != "time_s" and not name.endswith("_sd")]
    seen = dict.fromkeys(parse_quantity(name).measure for name in names if np.isfinite(result.series[name]).any())
    return [measure for measure in seen if is_readable(result, measure)]


def _traces(result: SetResult, measure: str, row: int) -> list[dict[str, Any]]:
    """Return the lines of a measure, the measured side last and strongest, with its uncertainty and its peaks."""
    step = _step(result.series["time_s"])
    time = result.series["time_s"][::step]
    columns = sorted(_columns(result, measure), key=lambda column: _is_strong(column[0].side, result))
    traces: list[dict[str, Any]] = []
    for quantity, series in columns:
        strong = _is_strong(quantity.side, result)
        name = f"{quantity.label} {quantity.side}".strip()
        name = name if strong else f"{name}, {far_leg_words(result)}"
        sd = _sd_of(result.series, measure, quantity.side)
        if strong and sd is not None:
            traces.append({**uncertainty_band(time, series[::step], sd[::step]), "yaxis": f"y{row}"})
        dash = "dot" if quantity.side == "left" and strong_side(result) == "both" else "solid" if strong else "dash"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": plain_values(time),
                "y": plain_values(series[::step]),
                "yaxis": f"y{row}",
                "name": name,
                "opacity": 1.0 if strong else 0.55,
                "line": {"color": "--ink" if strong else "--soft", "width": 2 if strong else 1.2, "dash": dash},
                "hovertemplate": f"%{{y:.1f}}{quantity.unit}",
            }
        )
        if strong and measure in {parse_quantity(name).measure for name in main_measures(result)}:
            traces += _peaks(result, series, row)
    return traces


def _columns(result: SetResult, measure: str) -> list[tuple[Quantity, FloatArray]]:
    """Return the series of a measure, without those of a leg that does not work: it is not what was asked for."""
    only = working_leg(result)
    found = [
        (parse_quantity(name), series)
        for name, series in result.series.items()
        if name != "time_s" and not name.endswith("_sd") and parse_quantity(name).measure == measure
    ]
    return [column for column in found if only is None or column[0].side in ("", only)] or found


def _range(result: SetResult, measure: str) -> dict[str, list[float]]:
    """Return the range that the judged leg's values and the limits fill while the set lasts; none where nothing was.

    What the other leg or the walk to the place does beyond it is cut off.
    """
    done = items(result)
    if not done:
        return {}
    time = result.series["time_s"]
    during = (time >= done[0].start_s - _AROUND_S) & (time <= done[-1].end_s + _AROUND_S)
    strong = [series[during] for quantity, series in _columns(result, measure) if _is_strong(quantity.side, result)]
    values = np.concatenate([np.array(list(_limits(result, measure))), *strong])
    values = values[np.isfinite(values)]
    if not len(values):
        return {}
    low, high = float(values.min()), float(values.max())
    room = max(0.1 * (high - low), (_LEAST_SPAN - (high - low)) / 2)
    return {"range": [round(low - room, 2), round(high + room, 2)]}


def _limits(result: SetResult, measure: str) -> dict[float, str]:
    """Return the different limits of a measure, each with its unit."""
    return {
        round(value, 2): parse_quantity(name).unit
        for name, value in result.limits.items()
        if parse_quantity(name).measure == measure and np.isfinite(value)
    }


def _peaks(result: SetResult, series: FloatArray, row: int) -> list[dict[str, Any]]:
    """Return a sign at each rep's peak, one shape and colour a verdict."""
    time = result.series["time_s"]
    if not len(time):
        return []
    traces = []
    for verdict, symbol in _SYMBOLS.items():
        at = [int(np.argmin(np.abs(time - rep.peak_s))) for rep in result.reps if state_of(rep) == verdict]
        if at:
            edge = (
                {"color": f"--{verdict}", "width": 2} if symbol.endswith("open") else {"color": "--paper", "width": 1}
            )
            marker = {"symbol": symbol, "size": 11, "color": f"--{verdict}", "line": edge}
            points = {
                "x": plain_values(time[at]),
                "y": plain_values(series[at]),
                "yaxis": f"y{row}",
                "hoverinfo": "skip",
            }
            traces.append({"type": "scatter", "mode": "markers", "marker": marker, **points})
    return traces


def uncertainty_band(time: FloatArray, series: FloatArray, sd: FloatArray) -> dict[str, Any]:
    """Return one standard deviation to either side as a band that is cut where nothing was seen."""
    seen = np.isfinite(series) & np.isfinite(sd)
    starts = np.flatnonzero(seen & ~np.r_[False, seen[:-1]])
    ends = np.flatnonzero(seen & ~np.r_[seen[1:], False]) + 1
    x: list[float | None] = []
    y: list[float | None] = []
    for start, end in zip(starts, ends, strict=True):
        part, middle, spread = time[start:end], series[start:end], sd[start:end]
        x += [*plain_values(np.r_[part, part[::-1]]), None]
        y += [*plain_values(np.r_[middle + spread, (middle - spread)[::-1]]), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": "--uncertain",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _row_titles(result: SetResult, measure: str, top: float) -> list[dict[str, Any]]:
    """Return the name of a row, and at its right what the dashed line is, where there is one."""
    quantity = parse_quantity(measure)
    place = {"xref": "paper", "yref": "paper", "y": top, "yanchor": "bottom", "showarrow": False}
    title = f"<b>{quantity.label}</b>, {quantity.unit.strip()}"
    titles = [{**place, "x": 0, "xanchor": "left", "text": title, "font": {"size": 13, "color": "--ink"}}]
    if far_leg_words(result) and len(_columns(result, measure)) > 1:
        words = "dashed: far leg"  # what it is worth stands above; more words meet the title on a phone
        titles.append({**place, "x": 1, "xanchor": "right", "text": words, "font": {"size": 11, "color": "--soft"}})
    return titles


def _add_limits(layout: dict[str, Any], result: SetResult, measure: str, row: int) -> None:
    """Add a dashed line with its number for each different limit of a measure."""
    for value, unit in _limits(result, measure).items():
        common = {"yref": f"y{row}", "xref": "paper"}
        line = {"color": "--limit", "width": 1.5, "dash": "dash"}
        layout["shapes"].append({"type": "line", **common, "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line})
        label = {"x": 1, "xanchor": "right", "y": value, "yanchor": "bottom", "showarrow": False, "bgcolor": "--paper"}
        font = {"size": 12, "color": "--limit"}
        layout["annotations"].append({**common, **label, "text": f"limit {Readable(value):g}{unit}", "font": font})


def _is_strong(side: str, result: SetResult) -> bool:
    return strong_side(result) == "both" or side in ("", strong_side(result))


def _sd_of(series: Mapping[str, FloatArray], measure: str, side: str) -> FloatArray | None:
    for name, values in series.items():
        quantity = parse_quantity(name)
        if quantity.is_sd and quantity.measure == measure and quantity.side == side:
            return values
    return None


def _step(time: FloatArray) -> int:
    """Return every how many frames a point is drawn, so that there are at least `_MOST_HZ` a second."""
    if len(time) < 2:
        return 1
    gap = float(np.median(np.diff(time)))
    return max(int(1.0 / (gap * _MOST_HZ) + 1e-6), 1) if gap > 0 else 1


def plain_values(series: FloatArray) -> list[float | None]:
    """Return numbers with three decimals; None where not seen."""
    rounded = np.round(series, 3).astype(object)
    rounded[~np.isfinite(series)] = None
    return list(rounded.tolist())
