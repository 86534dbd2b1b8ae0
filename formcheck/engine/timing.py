"""When a rep began, peaked and ended, read back from its trace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.model import FloatArray

__all__ = ["RepTiming", "time_rep"]

_LOW, _HALF = 0.05, 0.5
# A minimum-jerk movement (Flash & Hogan 1985, J Neurosci 5:1688), s = 10u³ - 15u⁴ + 6u⁵, has covered 5 % of its way
# after 18.9 % of its time and half of it after half: it began this many times (t50 - t5) before t5.
_REMAINDER = 0.189 / (0.5 - 0.189)
_TOP = 0.92


@dataclass(frozen=True, slots=True)
class RepTiming:
    """Seconds, and the height of the movement above rest in the unit of its measure."""

    start_s: float
    peak_s: float
    end_s: float
    height: float


def time_rep(
    t: FloatArray, x: FloatArray, base: float, floor_s: float, valley_s: float, *, settled: bool
) -> RepTiming:
    """Time the movement in the trace `x` over `t` that ends at the valley `valley_s`; it cannot begin before `floor_s`.

    Start and end are where the trace leaves and regains rest, extrapolated below the noise from the way it moves
    between 5 and 50 % of its height. With `settled` false the movement ends at its valley.
    """
    inside = t <= valley_s
    t_in, x_in = t[inside], x[inside]
    top = int(np.argmax(x_in))
    height = float(x_in[top] - base)
    start = _cross_back(t_in[: top + 1], x_in[: top + 1], base, height)
    high = t_in[x_in >= base + _TOP * height]
    end = valley_s
    if settled:
        end = -_cross_back(-t_in[top:][::-1], x_in[top:][::-1], base, height)
    return RepTiming(
        start_s=float(max(start, floor_s, t[0])),
        peak_s=float((high[0] + high[-1]) / 2),
        end_s=float(end),
        height=height,
    )


def _cross_back(t: FloatArray, x: FloatArray, base: float, height: float) -> float:
    """Return when a trace that rises towards its last sample left rest."""
    low, half = (_last_crossing(t, x, base + share * height) for share in (_LOW, _HALF))
    return low - _REMAINDER * (half - low)


def _last_crossing(t: FloatArray, x: FloatArray, level: float) -> float:
    """Return the time of the last upward crossing of `level`, linear between samples; the first time if none."""
    below = np.flatnonzero(x < level)
    if not len(below) or below[-1] + 1 >= len(x):
        return float(t[0])
    i = below[-1]
    return float(t[i] + (level - x[i]) / (x[i + 1] - x[i]) * (t[i + 1] - t[i]))
