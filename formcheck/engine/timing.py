"""When a rep began, peaked and ended, read back from its trace."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from formcheck.model import FloatArray

__all__ = ["RepTiming", "time_by_step", "time_rep", "time_with_second"]

_LOW, _HALF = 0.1, 0.5
_HIGHEST_LOW, _LEAST_APART = 0.6, 0.2
# A minimum-jerk movement (Flash & Hogan 1985, J Neurosci 5:1688), s = 10u³ - 15u⁴ + 6u⁵, has covered 10 % of its way
# after 24.7 % of its time and half of it after half: it began 0.98 (t50 - t10) before t10. People call a movement begun
# a little after that; three quarters of the way back lies between the two (default, not from literature). The two
# levels it is told from stand apart, so that noise matters little, where a trace is cut off half way.
_CALLED = 0.75
_TIMES = np.linspace(0.0, 1.0, 201)
_WAYS = 10 * _TIMES**3 - 15 * _TIMES**4 + 6 * _TIMES**5
_STILL, _STILL_S = 0.06, 0.25  # what begins shows by so much after this time, default, not from literature
_TOP = 0.92
_LEAST_FRAMES = 4
_CLEAR_OF_NOISE = 3.0
_JUMP = 0.5  # of the time that the body takes, default, not from literature: feet followed well take .6 to 1.6 of it
_TAIL_S = 0.2
_FALLING = 0.05
_LOW_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class RepTiming:
    """Seconds, and the height of the movement above rest in the unit of its measure.

    `leaving_s` and `returning_s` are how long the ways there and back took, told from a part of each; NaN if not known.
    """

    start_s: float
    peak_s: float
    end_s: float
    height: float
    leaving_s: float = math.nan
    returning_s: float = math.nan


def time_rep(t: FloatArray, x: FloatArray, before: float, after: float) -> RepTiming:
    """Time the one movement in the trace `x` over `t`, which rests at `before` ahead of it and at `after` behind it.

    Start and end are where the trace leaves and regains rest, extrapolated below the noise from the way it moves
    between 10 and 50 % of its height.
    """
    top = int(np.argmax(x))
    height = float(x[top] - before)
    start, leaving_s = _leaves_rest(t[: top + 1], x[: top + 1], before)
    end, returning_s = _leaves_rest(-t[top:][::-1], x[top:][::-1], after)
    high = t[x >= before + _TOP * height]
    return RepTiming(
        start_s=float(max(start, t[0])),
        peak_s=float((high[0] + high[-1]) / 2),
        end_s=float(-end),
        height=height,
        leaving_s=leaving_s,
        returning_s=returning_s,
    )


def time_with_second(
    timing: RepTiming, t: FloatArray, x: FloatArray, sd: FloatArray, *, alone: bool = False
) -> RepTiming:
    """Return the middle between `timing` and what a second measure `x` over `t`, 0 at rest, says of the same rep.

    The two err for different reasons: the body sways on after the heels are down, a foot that is hard to see is found
    to move late. Where it jumps, and the body that it lifts does not, the body has the say: a dark foot beside its own
    shadow looks at rest until it is well off the floor. With `alone` the second measure has the say. One that does not
    stand clear of its noise `sd` changes nothing.
    """
    seen = np.isfinite(x)
    if seen.sum() < _LEAST_FRAMES or np.abs(x[seen]).max() < _CLEAR_OF_NOISE * np.median(sd[seen]):
        return timing
    t, x = t[seen], x[seen]
    sinks = x.max() < -x.min()  # the body in a lunge
    x = -x if sinks else x
    second = time_rep(t, x, 0.0, _settles_at(t, x, timing.end_s, on_its_way=sinks or alone))
    share = 1.0 if alone else 0.5
    jump_s = _JUMP * min(timing.leaving_s, timing.returning_s)
    at_start = share if alone or not second.leaving_s < jump_s else 0.0
    at_end = share if alone or not second.returning_s < jump_s else 0.0
    return replace(
        timing,
        start_s=timing.start_s + at_start * (second.start_s - timing.start_s),
        peak_s=timing.peak_s + share * (second.peak_s - timing.peak_s),
        end_s=timing.end_s + at_end * (second.end_s - timing.end_s),
    )


def time_by_step(timing: RepTiming, t: FloatArray, x: FloatArray, sd: FloatArray) -> RepTiming:
    """Return `timing` from when a foot leaves the floor until both are back on it.

    `x` over `t` is the height of the higher foot, 0 at rest, which goes ahead of the body and comes back behind it. A
    foot that is not seen to leave or to come back leaves that time as it is.
    """
    inside = (t >= timing.start_s) & (t <= timing.end_s) & np.isfinite(x)
    if inside.sum() < _LEAST_FRAMES:
        return timing
    up = max(_LOW * float(np.median(x[inside])), _CLEAR_OF_NOISE * float(np.median(sd[inside])))
    start = _last_down(t, x, up, (timing.start_s + timing.peak_s) / 2)
    end = -_last_down(-t[::-1], x[::-1], up, -(timing.end_s + timing.peak_s) / 2)
    return replace(
        timing,
        start_s=timing.start_s if np.isnan(start) else start,
        end_s=timing.end_s if np.isnan(end) else end,
    )


def _last_down(t: FloatArray, x: FloatArray, level: float, by_s: float) -> float:
    """Return when `x` last rose above `level` before `by_s`; NaN if it did not, or is below it still."""
    seen = np.isfinite(x) & (t <= by_s)
    low = x[seen] < level
    return _last_crossing(t[seen], x[seen], level) if low.any() and not low[-1] else float("nan")


def _settles_at(t: FloatArray, x: FloatArray, end_s: float, *, on_its_way: bool) -> float:
    """Return where a trace comes to rest: where it lay around `end_s`, or 0 if it may be `on_its_way` there still."""
    last = x[t >= t[-1] - _TAIL_S]
    if on_its_way and last[0] - last[-1] > _FALLING * x.max():
        return 0.0
    tail = x[t >= end_s - _TAIL_S]
    return max(float(tail.min()), 0.0) if len(tail) else 0.0


def _leaves_rest(t: FloatArray, x: FloatArray, base: float) -> tuple[float, float]:
    """Return when a trace that rises to its last sample left `base`, and how long its way took; it may begin on it."""
    height = x[-1] - base
    share = float(np.clip((x[0] - base) / height + _LOW_MARGIN, _LOW, _HIGHEST_LOW)) if height > 0 else _LOW
    levels = share, max(_HALF, share + _LEAST_APART)
    low, high = (_last_crossing(t, x, base + level * height) for level in levels)
    before_low, before_high = np.interp(levels, _WAYS, _TIMES)
    way_s = float((high - low) / (before_high - before_low))
    still = t[x <= base + _STILL * height]
    # Told from a part of the way that holds a pause, it would have begun long before.
    earliest = float(still[-1]) - _STILL_S if len(still) else -math.inf
    return max(float(low - _CALLED * before_low * way_s), earliest), way_s


def _last_crossing(t: FloatArray, x: FloatArray, level: float) -> float:
    """Return the time of the last upward crossing of `level`, linear between samples; the first time if none."""
    below = np.flatnonzero(x < level)
    if not len(below) or below[-1] + 1 >= len(x):
        return float(t[0])
    i = below[-1]
    return float(t[i] + (level - x[i]) / (x[i + 1] - x[i]) * (t[i + 1] - t[i]))
