"""Find the motion that carries pixels of a rest onto a picture: a few starts, then Gauss–Newton, outliers fading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.legs.colours import Level
from formcheck.legs.template import View
from formcheck.model import FloatArray
from formcheck.pixels import Plane, sample

__all__ = ["Alignment", "Expectation", "align", "best_start"]

_CAP = 3.0  # a residual beyond this says no more than "wrong"
_BLUR = 9.0  # neighbouring pixels share their noise: this many count as one
_STEPS = (5, 6)
_LARGEST_STEP = 4.0
_DONE = 0.04  # working pixels
_THINNED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What is known of a motion beforehand: its `precision` (k, k), and `drawn` (k,), the precision times the mean.

    Zero where nothing is known; independent expectations add.
    """

    precision: FloatArray
    drawn: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A motion (k,), its `cost` (mean capped residual, 0 to 3) and its covariance (k, k), working pixels."""

    motion: FloatArray
    cost: float
    covariance: FloatArray


def best_start(view: View, coarse: Level, starts: Sequence[FloatArray]) -> FloatArray:
    """Return the start that fits the coarse level best."""
    where = view.moved(np.array(starts), every=_THINNED).reshape(-1, 2)
    seen = sample(coarse.values, where).reshape(len(starts), -1, view.values.shape[1])
    costs = _capped(seen - view.values[::_THINNED], view.trust[::_THINNED])
    return starts[int(np.argmin(costs))]


def align(
    views: Sequence[View], seen: Sequence[Level], start: FloatArray, expected: Expectation, *, fading: int = 1
) -> Alignment:
    """Refine a start on every level, coarse to fine. With a `fading` of 2 what does not fit soon has no say at all."""
    motion, normal = start, expected.precision
    for view, level, steps in zip(views, seen, _STEPS, strict=True):
        motion, normal = _refined(view, level, motion, expected, steps, fading)
    view = views[-1]
    residual = sample(seen[-1].values, view.moved(motion)) - view.values
    return Alignment(motion, float(_capped(residual[None], view.trust)[0]), _inverse(normal))


def _refined(
    view: View, level: Level, motion: FloatArray, expected: Expectation, steps: int, fading: int
) -> tuple[FloatArray, FloatArray]:
    normal, size, channels = expected.precision, len(motion), view.values.shape[1]
    for _ in range(steps):
        where = view.moved(motion)
        residual = sample(level.values, where) - view.values
        slopes = sample(level.slopes, where)
        trust = view.trust / np.maximum(residual * residual, 1.0) ** fading
        leads = view.across * slopes.T[:channels, :, None] + view.down * slopes.T[channels:, :, None]
        held = (leads * trust.T[..., None]).reshape(-1, size).T
        normal = expected.precision + (held @ leads.reshape(-1, size)).astype(np.float64) / _BLUR
        pull = expected.precision @ motion - expected.drawn
        pull = pull + (held @ residual.T.reshape(-1)).astype(np.float64) / _BLUR
        step = np.clip(np.linalg.solve(normal, -pull), -_LARGEST_STEP, _LARGEST_STEP)
        motion = motion + step
        if float(np.abs(step).max()) < _DONE:
            break
    return motion, normal


def _inverse(normal: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(normal), dtype=np.float64)


def _capped(residuals: Plane, trust: Plane) -> FloatArray:
    """Return the mean capped residual of each of (k, n, channels)."""
    capped = np.minimum(np.abs(residuals), _CAP) * trust
    return np.asarray(capped.sum(axis=(1, 2)) / max(float(trust.sum()), 1e-9), dtype=np.float64)
