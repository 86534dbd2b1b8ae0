"""Walking, read from the whole of it: strikes of the heels, strides, push-off, symmetry. Pure; seconds, cm, degrees."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from formcheck.engine.calibrate import ZEROS, Scale, calibrate, seen_median, zero_row
from formcheck.engine.place import Place, Stature
from formcheck.engine.setup import classify_view
from formcheck.engine.strikes import (
    MOMENT_S,
    Strike,
    are_feet_seen,
    find_strikes,
    is_striding,
    longest_hole,
    next_of_side,
)
from formcheck.measures.names import column_name
from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray, Rep
from formcheck.skeleton import SIDES

__all__ = ["GaitLimits", "Walk", "read_walk"]

_UPRIGHT_SHANK_DEG: Final = 12.0
_LEAST_FLAT_FRAMES: Final = 3
_PUSH_OFF: Final = (0.3, 0.62)  # share of the stride, from the strike: from mid-stance until the toes leave
_TURN_S: Final = 0.8
_ACROSS_SHARE: Final = 0.25  # of the stature: hips that travel further in a stride walk across the picture
_TOES_FLAT: Final = 0.85
"""Heel to foot index turns 15 % less than the hind foot as the heel rises, because the toes stay flat (exact points of
rendered heel raises: 29.8 deg where the hind foot turned 35.2). All others: default, not from literature."""


@dataclass(frozen=True, slots=True)
class GaitLimits:
    """How long a stride may take, in seconds."""

    min_s: float
    max_s: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Strides in order of time, what sums them up (by name with unit), and where and how the person walked."""

    place: Place
    strides: tuple[Rep, ...]
    summary: Mapping[str, float]


def read_walk(rows: FloatArray, time_s: FloatArray, limits: GaitLimits, stature: Stature) -> Walk | str:
    """Return the walk in frames `rows` (t, columns), or the set-up problem that kept it from being read."""
    seen = np.isfinite(rows[:, COLUMN["body_y"]])
    if not seen.any():
        return "no_person"
    seen &= are_feet_seen(rows)
    if not seen.any():
        return "feet_out_of_frame"
    rows, time_s = rows[seen], time_s[seen]
    parts = [part for way in _passes(rows, time_s, limits) for part in _walks(way, rows, time_s, limits, stature)]
    found = [_read_pass(rows[part], time_s[part], limits, stature) for part in parts]
    passes = [one for one in found if isinstance(one, _Pass)]
    if not passes:
        return "turn_sideways" if "turn_sideways" in found else "no_strides"
    strides = [replace(one, index=k) for k, one in enumerate((s for one in passes for s in one.strides), 1)]
    longest = max(passes, key=lambda one: len(one.strikes))
    return Walk(longest.place, tuple(strides), _summary(strides, [one.strikes for one in passes]))


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way across the picture, or walking on the spot."""

    place: Place
    strikes: list[Strike]
    strides: list[Rep]


def _passes(rows: FloatArray, time_s: FloatArray, limits: GaitLimits) -> list[slice]:
    """Return the stretches in which somebody walks one way and no frames are missing for as long as a step."""
    facing = np.sign(rows[:, COLUMN["facing"]])
    first, stop = np.searchsorted(time_s, time_s - _TURN_S / 2), np.searchsorted(time_s, time_s + _TURN_S / 2)
    ways = np.array([_sign_of(facing[a : max(b, a + 1)]) for a, b in zip(first, stop, strict=True)])
    sure = np.maximum.accumulate(np.where(ways != 0.0, np.arange(len(ways)), 0))
    ways = ways[sure]  # in the middle of a turn as before it
    breaks = np.flatnonzero((np.diff(time_s) > limits.min_s / 2) | (ways[1:] * ways[:-1] < 0)) + 1
    edges = [0, *breaks.tolist(), len(rows)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _sign_of(signs: FloatArray) -> float:
    """Return the sign that most have; 0 where they are even or none is seen."""
    return float(np.sign(np.nansum(signs)))


def _walks(way: slice, rows: FloatArray, time_s: FloatArray, limits: GaitLimits, stature: Stature) -> list[slice]:
    """Return the stretches of one way in which step follows step, a step's time around them; all of it if none does.

    Who stands before the walk, or pauses, may stand otherwise than they walk, and takes no steps.
    """
    place = _read_place(rows[way], stature)
    struck = np.array([strike.time_s for strike in find_strikes(rows[way], time_s[way], place, limits.min_s)])
    if not len(struck):
        return [way]
    step_s = limits.max_s / 2
    edges = [0, *(np.flatnonzero(np.diff(struck) > step_s) + 1).tolist(), len(struck)]
    walks = []
    for a, b in pairwise(edges):
        first, stop = np.searchsorted(time_s[way], [struck[a] - step_s, struck[b - 1] + step_s])
        walks.append(slice(way.start + int(first), way.start + int(stop)))
    return walks


def _read_pass(rows: FloatArray, time_s: FloatArray, limits: GaitLimits, stature: Stature) -> _Pass | str:
    place = _read_place(rows, stature)
    if place.view == "front":
        return "turn_sideways"
    strikes = find_strikes(rows, time_s, place, limits.min_s)
    course = _Course(rows, time_s, place, is_striding(rows, place))
    pairs = [(strike, next_of_side(strikes, k)) for k, strike in enumerate(strikes) if strike.seen]
    whole = [
        (strike, after)
        for strike, after in pairs
        if after is not None and after.seen and limits.min_s <= after.time_s - strike.time_s <= limits.max_s
    ]
    strides = [_stride(k, strike, after, course) for k, (strike, after) in enumerate(whole, 1)]
    return _Pass(place, strikes, strides) if strides else "no_strides"


class _Course:
    """All frames somebody was seen in; `striding` says that the feet go past one another."""

    def __init__(self, rows: FloatArray, time_s: FloatArray, place: Place, striding: bool) -> None:
        self.rows, self.time_s, self.place, self.striding = rows, time_s, place, striding
        self.series = _sole_as_hind_foot(calibrate(rows, place.zeros, place.scale))


def _read_place(rows: FloatArray, stature: Stature) -> Place:
    middle = seen_median(rows).tolist()
    facing = 1.0 if middle[COLUMN["facing"]] >= 0 else -1.0
    near = "right" if facing > 0 else "left"
    azimuth_deg = middle[COLUMN["azimuth_deg"]]
    stature_px = middle[COLUMN[f"standing_px_{near}"]]
    return Place(
        side=near,
        moving="both",
        near="right" if facing > 0 else "left",
        view=classify_view(azimuth_deg),
        azimuth_deg=azimuth_deg,
        scale=Scale(stature.cm / stature_px, stature.relative_sd, facing, azimuth_deg),
        stature_px=stature_px,
        toes={},
        zeros=_mid_stance_zeros(rows),
    )


def _mid_stance_zeros(rows: FloatArray) -> FloatArray:
    """Return zeros from mid-stance, when the foot is flat under an upright shank and stands lowest; by side."""
    zeros = zero_row(rows)
    for side in SIDES:
        shank, heel_y = rows[:, COLUMN[f"shank_{side}"]], rows[:, COLUMN[f"heel_y_{side}"]]
        with np.errstate(invalid="ignore"):
            low = heel_y > np.nanquantile(heel_y, 0.5)
            flat = rows[low & (np.abs(shank) < _UPRIGHT_SHANK_DEG)]
        if len(flat) >= _LEAST_FLAT_FRAMES:
            own = [i for i, name in enumerate(ZEROS) if name.endswith(side) and not name.startswith("sole_tracked")]
            zeros[own] = zero_row(flat)[own]
    return zeros


def _sole_as_hind_foot(series: Mapping[str, FloatArray]) -> Mapping[str, FloatArray]:
    """Return the series with raised heels turned as far as the hind foot turns, and ankles that follow."""
    out = dict(series)
    for side in SIDES:
        sole = series[f"sole_{side}_deg"]
        turned = np.where(sole > 0, sole / _TOES_FLAT, sole)
        out[f"sole_{side}_deg"] = turned
        out[f"ankle_{side}_deg"] = series[f"ankle_{side}_deg"] - (turned - sole)
    return out


def _stride(index: int, strike: Strike, after: Strike, course: _Course) -> Rep:
    lasts_s = after.time_s - strike.time_s
    peak: dict[str, float] = {"stride_time_s": lasts_s} | _length(strike, after, course)
    unseen = _push_off_unseen(strike, course)
    found = None if unseen else _push_off(strike, lasts_s, course)
    if found is not None:
        peak["push_off_deg"], peak["push_off_deg_sd"] = found[:2]
    elif not unseen:
        unseen = "not seen well enough"
    return Rep(
        index=index,
        side="left" if strike.side == "left" else "right",
        start_s=strike.time_s,
        peak_s=strike.time_s + sum(_PUSH_OFF) / 2 * lasts_s if found is None else found[2],
        end_s=after.time_s,
        peak=peak,
        verdict="ok",
        not_judged={"push_off": unseen} if unseen else {},
    )


def _push_off_unseen(strike: Strike, course: _Course) -> str:
    """Say why the push-off of a stride cannot be seen, or nothing."""
    if not course.striding:
        return "on the spot there is none"
    return "" if strike.side == course.place.near else "the far leg; walk the other way for it"


def _length(strike: Strike, after: Strike, course: _Course) -> dict[str, float]:
    """Return the length of a stride that leads across the picture."""
    place = course.place
    travelled = _travel_px(course.rows, course.time_s, strike.time_s, after.time_s)
    if travelled <= _ACROSS_SHARE * place.stature_px:
        return {}
    length_cm = travelled * place.scale.cm_per_px / math.cos(math.radians(place.scale.turn_deg))
    return {"stride_length_cm": length_cm, "stride_length_cm_sd": length_cm * place.scale.relative_sd}


def _travel_px(rows: FloatArray, time_s: FloatArray, start_s: float, end_s: float) -> float:
    hip = rows[:, COLUMN["hip_x"]]
    seen = np.isfinite(hip)
    a, b = np.interp([start_s, end_s], time_s[seen], hip[seen])
    return float(abs(b - a))


def _push_off(strike: Strike, lasts_s: float, course: _Course) -> tuple[float, float, float] | None:
    """Return the lowest ankle angle (deg, plantarflexion −) of the push-off, its sd, and when it was."""
    start_s, end_s = (strike.time_s + share * lasts_s for share in _PUSH_OFF)
    inside = (course.time_s >= start_s) & (course.time_s <= end_s)
    column = column_name("ankle_deg", strike.side)
    ankle, sd, t = course.series[column][inside], course.series[f"{column}_sd"][inside], course.time_s[inside]
    seen = np.isfinite(ankle)
    if longest_hole(t[seen], start_s, end_s) > MOMENT_S:
        return None
    level = float(np.quantile(ankle[seen], 0.05, method="closest_observation"))
    at = int(np.nanargmin(np.abs(ankle - level)))
    return level, float(sd[at]), float(t[at])


def _summary(strides: list[Rep], passes: list[list[Strike]]) -> dict[str, float]:
    seen = [np.array([(k, strike.time_s) for k, strike in enumerate(one) if strike.seen]) for one in passes]
    fits = [np.polyfit(one[:, 0], one[:, 1], 1)[0] for one in seen]
    step_s = float(np.average(fits, weights=[one[-1, 0] - one[0, 0] for one in seen]))
    out = {"cadence_per_min": 60.0 / step_s, "stride_time_s": 2 * step_s}
    lengths = [rep.peak["stride_length_cm"] for rep in strides if "stride_length_cm" in rep.peak]
    if lengths:
        out["stride_length_cm"] = float(np.median(lengths))
    steps = {side: [step for one in passes for step in _steps_onto(one, side)] for side in SIDES}
    if all(steps.values()):
        left, right = (float(np.mean(steps[side])) for side in SIDES)
        out["step_time_asymmetry_percent"] = 100 * abs(left - right) / ((left + right) / 2)
    for side in SIDES:
        judged = [rep for rep in strides if rep.side == side and "push_off_deg" in rep.peak]
        if judged:
            peaks = [rep.peak["push_off_deg"] for rep in judged]
            out[f"push_off_{side}_deg"] = float(np.median(peaks))
            out[f"push_off_{side}_deg_sd"] = float(np.median([rep.peak["push_off_deg_sd"] for rep in judged]))
    return out


def _steps_onto(strikes: list[Strike], side: str) -> list[float]:
    """Return how long each step onto a foot took, from the other foot's strike."""
    return [b.time_s - a.time_s for a, b in pairwise(strikes) if b.side == side != a.side and a.timed and b.timed]
