"""Heel strikes: when each foot comes to the floor, walking across the picture or on the spot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.engine.place import Place
from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray
from formcheck.skeleton import SIDES

__all__ = ["MOMENT_S", "Strike", "are_feet_seen", "find_strikes", "is_striding", "longest_hole", "next_of_side"]

_STRIDING_SHARE: Final = 0.12  # of the stature; feet further apart than this belong to steps, not to the spot
_SWING_SHARE: Final = 0.06  # of the stature, from one extreme to the next; less is sway
_STIR_SHARE: Final = 0.015  # of the stature; who stands before the first step sways by less
_SMOOTH_S: Final = 0.12
_LANDED: Final = 0.1  # of the height of a lift
_LEAST_SEEN: Final = 0.25  # the far foot of somebody who walks reads 0.35 at least, feet out of sight 0.2 at most
MOMENT_S: Final = 0.12
_SEEN_HOLE_S: Final = 0.22
_HOLE_FRAMES: Final = 2.2  # where the camera is slow: one frame may be missing
_AROUND_S: Final = 0.06
"""Default, not from literature."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A foot that comes to the floor; `hole_s` is for how long frames are missing there: only so well is it timed."""

    time_s: float
    side: str
    hole_s: float = 0.0

    @property
    def seen(self) -> bool:
        """Whether it is seen well enough to count: no step is as quick as what is missing."""
        return self.hole_s <= _SEEN_HOLE_S

    @property
    def timed(self) -> bool:
        """Whether it is seen well enough to compare steps with one another."""
        return self.hole_s <= MOMENT_S


def are_feet_seen(rows: FloatArray) -> NDArray[np.bool_]:
    """Whether each frame shows both feet well enough to tell where they are, (t,)."""
    seen = np.isfinite(_ahead(rows)) & np.isfinite(np.add(*_ankles_y(rows)))
    for side in SIDES:
        seen &= rows[:, COLUMN[f"foot_visibility_{side}"]] >= _LEAST_SEEN
    return seen


def longest_hole(t: FloatArray, start_s: float, end_s: float) -> float:
    """Return the longest time (s) missing from `t`, the times of frames seen, where it touches that from start to end.

    A frame or two are no hole where the camera is slow: then it is 0.
    """
    if len(t) < 2:
        return math.inf
    first, stop = np.searchsorted(t, start_s, side="right") - 1, np.searchsorted(t, end_s)
    around = t[max(int(first), 0) : int(stop) + 1]
    hole_s = float(max(around[0] - start_s, end_s - around[-1], np.diff(around).max(initial=0.0)))
    return 0.0 if hole_s <= _HOLE_FRAMES * float(np.median(np.diff(t))) else hole_s


def find_strikes(rows: FloatArray, time_s: FloatArray, place: Place, min_stride_s: float) -> list[Strike]:
    """Return the strikes in order of time.

    Across the picture (or on a treadmill) a heel strikes when it is farthest ahead of the other (Zeni 2008, Gait
    Posture 27:710, who take the pelvis for the other foot). On the spot a foot strikes when it is back from its lift.
    """
    if is_striding(rows, place):
        ahead = _ahead(rows) * place.scale.facing / place.stature_px
        seen = np.isfinite(ahead)
        return _extremes(time_s[seen], _smooth(time_s[seen], ahead[seen]), min_stride_s / 2)
    higher = _higher(rows) / place.stature_px
    seen = np.isfinite(higher)
    return _landings(time_s[seen], _smooth(time_s[seen], higher[seen]), min_stride_s / 2) if seen.any() else []


def next_of_side(strikes: list[Strike], k: int) -> Strike | None:
    """Return the next strike of the same foot, if the other foot's lies between."""
    if k + 2 < len(strikes) and strikes[k + 2].side == strikes[k].side != strikes[k + 1].side:
        return strikes[k + 2]
    return None


def is_striding(rows: FloatArray, place: Place) -> bool:
    """Whether the feet go past one another, rather than up and down on the spot."""
    apart = np.abs(_ahead(rows))
    seen = np.isfinite(apart)
    return bool(seen.any() and np.quantile(apart[seen], 0.9) > _STRIDING_SHARE * place.stature_px)


def _heel_x(rows: FloatArray, side: str) -> FloatArray:
    return rows[:, COLUMN[f"toe_x_{side}"]] - rows[:, COLUMN[f"foot_length_{side}"]]


def _ahead(rows: FloatArray) -> FloatArray:
    """Return how far the left heel is to the right of the right one, px."""
    return _heel_x(rows, "left") - _heel_x(rows, "right")


def _ankles_y(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where the left and the right ankle are in the picture, px downwards."""
    return rows[:, COLUMN["ankle_y_left"]], rows[:, COLUMN["ankle_y_right"]]


def _higher(rows: FloatArray) -> FloatArray:
    """Return how much higher the left ankle is lifted than the right one, px; 0 with both on the floor."""
    left, right = _ankles_y(rows)
    return (np.nanquantile(left, 0.8) - left) - (np.nanquantile(right, 0.8) - right)


def _smooth(t: FloatArray, x: FloatArray) -> FloatArray:
    """Return `x` as the mean over a short triangular window around each time."""
    out = np.empty(len(x))
    first, stop = np.searchsorted(t, t - _SMOOTH_S), np.searchsorted(t, t + _SMOOTH_S)
    for i, (a, b) in enumerate(zip(first, stop, strict=True)):
        weight = 1 - np.abs(t[a:b] - t[i]) / _SMOOTH_S
        out[i] = (weight * x[a:b]).sum() / weight.sum()
    return out


def _turns(t: FloatArray, x: FloatArray, least_s: float) -> list[tuple[int, int]]:
    """Return the extremes of `x` as (index, +1 or −1), in turn, each a swing away from the one before.

    The first one needs a way to it: where somebody stood before is no extreme.
    """
    found: list[tuple[int, int]] = []
    top, bottom, rising = 0, 0, 0
    for i in range(len(x)):
        top = i if x[i] > x[top] else top
        bottom = i if x[i] < x[bottom] else bottom
        if rising >= 0 and x[i] < x[top] - _SWING_SHARE:
            found += [(top, 1)] if rising or x[top] - x[: top + 1].min() > _STIR_SHARE else []
            rising, bottom = -1, i
        elif rising <= 0 and x[i] > x[bottom] + _SWING_SHARE:
            found += [(bottom, -1)] if rising or x[: bottom + 1].max() - x[bottom] > _STIR_SHARE else []
            rising, top = 1, i
    return [turn for k, turn in enumerate(found) if k == 0 or t[turn[0]] - t[found[k - 1][0]] >= least_s / 2]


def _extremes(t: FloatArray, x: FloatArray, least_s: float) -> list[Strike]:
    return [_strike(t, _vertex(t, x, i), sign) for i, sign in _turns(t, x, least_s)]


def _strike(t: FloatArray, time_s: float, sign: int) -> Strike:
    hole_s = longest_hole(t, time_s - _AROUND_S, time_s + _AROUND_S)
    return Strike(time_s, "left" if sign > 0 else "right", hole_s)


def _landings(t: FloatArray, x: FloatArray, least_s: float) -> list[Strike]:
    """Return when each lifted foot is back on the floor."""
    strikes = []
    for i, sign in _turns(t, x, least_s):
        floor = _LANDED * sign * x[i]
        back = np.flatnonzero(sign * x[i:] < floor)
        if len(back):
            k = i + back[0]  # between k - 1, still up, and k, down
            share = (sign * x[k - 1] - floor) / (sign * (x[k - 1] - x[k]))
            strikes.append(_strike(t, float(t[k - 1] + share * (t[k] - t[k - 1])), sign))
    return strikes


def _vertex(t: FloatArray, x: FloatArray, i: int) -> float:
    """Return the time of an extreme to a fraction of a frame, by the parabola through it and its neighbours."""
    if not 0 < i < len(x) - 1:
        return float(t[i])
    before, here, after = x[i - 1], x[i], x[i + 1]
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(t[i] + float(np.clip(shift, -0.5, 0.5)) * (t[i + 1] - t[i - 1]) / 2)
