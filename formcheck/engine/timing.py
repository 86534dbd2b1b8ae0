"""When a rep began, peaked and ended, read back from its trace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.model import FloatArray

__all__ = ["RepTiming", "time_rep"]

_LOW, _HALF = 0.1, 0.5
# A minimum-jerk movement (Flash & Hogan 1985, J Neurosci 5:1688), s = 10u³ - 15u⁴ + 6u⁵, has covered 10 % of its way
# after 24.7 % of its time and half of it after half: it began 0.98 (t50 - t10) before t10. People call a movement begun
# a little after that; three quarters of the way back lies between the two (default, not from literature).
_REMAINDER = 0.75 * 0.247 / (0.5 - 0.247)
_TOP = 0.92


@dataclass(frozen=True, slots=True)
class RepTiming:
    """Seconds, and the height of the movement above rest in the unit of its measure."""

    start_s: float
    peak_s: float
    end_s: float
    height: float


def time_rep(t: FloatArray, x: FloatArray, before: float, after: float) -> RepTiming:
    """Time the one movement in the trace `x` over `t`, which rests at `before` ahead of it and at `after` behind it.

    Start and end are where the trace leaves and regains rest, extrapolated below the noise from the way it moves
    between 10 and 50 % of its height.
    """
    top = int(np.argmax(x))
    height = float(x[top] - before)
    start = _leaves_rest(t[: top + 1], x[: top + 1], before)
    end = -_leaves_rest(-t[top:][::-1], x[top:][::-1], after)
    high = t[x >= before + _TOP * height]
    return RepTiming(
        start_s=float(max(start, t[0])),
        peak_s=float((high[0] + high[-1]) / 2),
        end_s=float(end),
        height=height,
    )


def _leaves_rest(t: FloatArray, x: FloatArray, base: float) -> float:
    """Return when a trace that rises to its last sample left `base`."""
    height = x[-1] - base
    low, half = (_last_crossing(t, x, base + share * height) for share in (_LOW, _HALF))
    return low - _REMAINDER * (half - low)


def _last_crossing(t: FloatArray, x: FloatArray, level: float) -> float:
    """Return the time of the last upward crossing of `level`, linear between samples; the first time if none."""
    below = np.flatnonzero(x < level)
    if not len(below) or below[-1] + 1 >= len(x):
        return float(t[0])
    i = below[-1]
    return float(t[i] + (level - x[i]) / (x[i + 1] - x[i]) * (t[i + 1] - t[i]))
