"""A person's measures over weeks: what is below the minimal detectable change is drawn as no change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from formcheck.feedback.words import number, parse_quantity
from formcheck.store.people import Point
from formcheck.web.page import furthest

__all__ = ["Trend", "levels", "trend_figure", "trends_of"]

_MDC: Final = {"deg": 5.0, "cm": 2.0, "reps": 18.6}
MDC_SOURCES: Final = {
    "deg": "a change below 5° cannot be told from measurement error (lunge: MDC 4.6–4.7°, Powden 2015)",
    "cm": "a change below 2 cm cannot be told from measurement error (heel height: SEM 0.8 cm, Byrne 2017)",
    "reps": "a change below 19 reps cannot be told from error (SEM 6.7 reps, Byrne 2017, times 1.96·√2)",
}
NORMS: Final = {
    "single_heel_raise": (
        "Single leg: 24 reps in men, 21 in women (n = 566, 10.1016/j.physio.2017.03.002).",
        "Peak height 9.3 to 9.6 cm, tracked below the malleolus (n = 500, 10.1016/j.bjpt.2025.101188): another point "
        "than formcheck's heel, so not compared.",
    ),
    "heel_raise": (
        "Both legs, 25th percentile, men and women: 20–29 years 65 and 45.5 reps; 30–39 62.75 and 41.5; "
        "40–49 67.25 and 45; 50–59 54 and 39.25 (n = 147, 10.1016/j.bjpt.2017.06.002).",
    ),
    "dorsiflexion_lunge": (
        "Shank 39.0 (4.6)° measured at the tuberosity, 44.9 (5.5)° measured 15 cm below it (Hoch & McKeon 2011): the "
        "place of measuring decides the number, so compare with care.",
    ),
}
_ROW_PX: Final = 170
_DAYS: Final = timedelta(days=5)  # as many as there are ticks
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """One quantity over time. `mdc` is the minimal detectable change, None where no figure is known."""

    name: str
    label: str
    unit: str
    mdc: float | None
    why: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    sds: tuple[float | None, ...]

    @property
    def change_words(self) -> str:
        """What became of it from the first to the latest set, in words."""
        if len(self.values) < 2:
            return "one value so far"
        first, last = self.values[0], self.values[-1]
        difference = last - first
        if self.mdc is not None and abs(difference) < self.mdc:
            return f"no detectable change ({self._shown(difference)}; below {self._shown(self.mdc)})"
        if self.mdc is None:
            shown = self._shown(difference)
            return f"+{shown}" if difference > 0 and shown != self._shown(0.0) else shown
        return f"changed by {self._shown(difference)}"

    def _shown(self, value: float) -> str:
        digits = 2 if self.name == "stride_time_s" else 0 if self.unit in (" reps", "", " s") else 1
        return number(value, self.unit, digits=digits)

    @property
    def first_words(self) -> str:
        """The first value."""
        return self._shown(self.values[0])

    @property
    def last_words(self) -> str:
        """The latest value."""
        return self._shown(self.values[-1])


def trends_of(points: Sequence[Point]) -> list[Trend]:
    """Return the trends of one exercise: its main measures, held time or valid reps, pain; of walks the whole set's."""
    whole = list(dict.fromkeys(name for one in points for name in one.summary if not name.endswith("_sd")))
    found = [_of_whole_set(points, name) for name in whole if name != "planned"] if whole else _of_items(points)
    pain = [(one.performed_at, float(one.pain), None) for one in points if one.pain is not None]
    if pain:
        found.append(_trend("pain", "Pain, 0 to 10", "", "", pain))
    return [one for one in found if one.values]


def _of_items(points: Sequence[Point]) -> list[Trend]:
    measures = list(dict.fromkeys(name for one in points for name in one.best if not name.endswith("_sd")))
    found = [_measure(points, name) for name in measures if name != "held_s"][:_SHOWN]
    if "held_s" in measures:
        found.append(_measure(points, "held_s"))
    else:
        valid = [(one.performed_at, float(one.counts.valid), None) for one in points]
        found.append(_trend("valid", "Good reps", " reps", "reps", valid))
    return found


def _of_whole_set(points: Sequence[Point], name: str) -> Trend:
    """Return the trend of what belongs to whole sets; no figure says which change of it can be told from error."""
    quantity = parse_quantity(name)
    rows = [
        (one.performed_at, value, one.summary.get(f"{name}_sd"))
        for one in points
        if (value := one.summary.get(name)) is not None
    ]
    label = f"{quantity.label}, {quantity.side}" if quantity.side else quantity.label
    return _trend(name, label, quantity.unit, "", rows)


def _measure(points: Sequence[Point], name: str) -> Trend:
    quantity = parse_quantity(name)
    rows = [
        (one.performed_at, value, one.best.get(f"{name}_sd"))
        for one in points
        if (value := one.best.get(name)) is not None
    ]
    label = "Longest hold" if name == "held_s" else f"{furthest(name, rows[-1][1] if rows else None)} of the set"
    return _trend(name, label, quantity.unit, name.rsplit("_", 1)[-1], rows)


def _trend(name: str, label: str, unit: str, kind: str, rows: Sequence[tuple[datetime, float, float | None]]) -> Trend:
    return Trend(
        name=name,
        label=label,
        unit=unit,
        mdc=_MDC.get(kind),
        why=MDC_SOURCES.get(kind, ""),
        times=tuple(row[0] for row in rows),
        values=tuple(row[1] for row in rows),
        sds=tuple(row[2] for row in rows),
    )


def levels(values: Sequence[float], mdc: float) -> list[float]:
    """Return the level that each value stands for: it moves only when a value differs from it by `mdc` or more."""
    found: list[float] = []
    for value in values:
        found.append(value if not found or abs(value - found[-1]) >= mdc else found[-1])
    return found


def trend_figure(trends: Sequence[Trend]) -> dict[str, Any]:
    """Return the figure: one row a trend over common dates."""
    rows = len(trends)
    layout: dict[str, Any] = {
        "height": rows * _ROW_PX + 68,
        "margin": {"l": 54, "r": 14, "t": 26, "b": 42},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "--ink", "size": 13},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "--paper", "font": {"color": "--ink"}},
        "xaxis": {
            "type": "date",
            "anchor": f"y{rows}" if rows > 1 else "y",
            "gridcolor": "--grid",
            "tickformat": _tick_format(trends),
            "tickangle": 0,
            "nticks": 5,
        },
        "annotations": [],
    }
    data: list[dict[str, Any]] = []
    for row, trend in enumerate(trends, start=1):
        axis = "y" if row == 1 else f"y{row}"
        bottom = 1 - (row - 0.16) / rows
        top = 1 - (row - 1) / rows - 0.16 / rows
        layout["yaxis" if row == 1 else f"yaxis{row}"] = {
            "domain": [max(bottom, 0.0), top],
            "gridcolor": "--grid",
            "zeroline": False,
            "range": _range(trend),
        }
        words = trend.label if trend.unit.strip() in trend.label else f"{trend.label}, {trend.unit.strip()}"
        place = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"}
        layout["annotations"].append({**place, "text": words, "showarrow": False, "font": {"weight": 650}})
        data += _lines(trend, axis)
    return {"data": data, "layout": layout}


def _tick_format(trends: Sequence[Trend]) -> str:
    """Return what ticks say: the day, or of a few days the time, lest several ticks say the same day."""
    times = [one for trend in trends for one in trend.times]
    return "%-d %b\n%Y" if max(times) - min(times) >= _DAYS else "%H:%M\n%-d %b %Y"


def _range(trend: Trend) -> list[float]:
    """Return the range of a row: all values with what surrounds them, and nothing below zero where nothing can be."""
    if trend.name == "pain":
        return [-0.6, 10.6]
    around = [trend.mdc or sd or 0.0 for sd in trend.sds]
    lows = [value - size for value, size in zip(trend.values, around, strict=True)]
    highs = [value + size for value, size in zip(trend.values, around, strict=True)]
    room = max(0.1 * (max(highs) - min(lows)), 0.02 * abs(max(highs)), 0.05)
    low = min(lows) - room
    return [max(low, 0.0) if min(trend.values) >= 0 and trend.unit != "°" else low, max(highs) + room]


def _lines(trend: Trend, axis: str) -> list[dict[str, Any]]:
    x = [one.astimezone().replace(tzinfo=None).isoformat() for one in trend.times]  # plotly shows what it is given
    common = {"type": "scatter", "x": x, "yaxis": axis}
    line: dict[str, Any] = {"color": "--ink", "width": 2}
    traces: list[dict[str, Any]] = []
    shown: Sequence[float] = trend.values
    if trend.mdc is not None:
        shown = levels(trend.values, trend.mdc)
        edge = {**common, "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
        traces.append({**edge, "y": [one + trend.mdc for one in shown]})
        lower = {"y": [one - trend.mdc for one in shown], "fill": "tonexty", "fillcolor": "--uncertain"}
        traces.append({**edge, **lower})
        line = {**line, "shape": "hv"}
    traces.append({**common, "y": list(shown), "mode": "lines", "line": line, "hoverinfo": "skip"})
    marker = {"color": "--joint", "size": 7}
    spread = {"type": "data", "array": [one or 0.0 for one in trend.sds], "color": "--far", "thickness": 1, "width": 0}
    traces.append(
        {
            **common,
            "y": list(trend.values),
            "mode": "markers",
            "marker": marker,
            "error_y": spread,
            "hovertemplate": f"%{{y:.1f}}{trend.unit}<extra></extra>",
        }
    )
    return traces
