"""Find the motion that carries a rest leg onto a picture: a few starts, then Gauss–Newton with fading outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.legs.chain import SIZE, stiffness
from formcheck.legs.colours import Level
from formcheck.legs.template import LegTemplate, View
from formcheck.model import FloatArray
from formcheck.pixels import Plane, sample

__all__ = ["Alignment", "Expectation", "align", "best_start"]

_CAP = 3.0  # a residual beyond this says no more than "wrong"
_BLUR = 9.0  # neighbouring pixels share their noise: this many count as one
_STEPS = (5, 6)
_LARGEST_STEP = 4.0
_DONE = 0.04  # working pixels
_STIFF = stiffness()
_THINNED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What landmarks say about a motion: `mean` (SIZE,) and `precision` (SIZE, SIZE), zero where they say nothing."""

    mean: FloatArray
    precision: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A motion (SIZE,), its `cost` (mean capped residual, 0 to 3) and its covariance (SIZE, SIZE), working pixels."""

    motion: FloatArray
    cost: float
    covariance: FloatArray


def best_start(template: LegTemplate, coarse: Level, starts: Sequence[FloatArray]) -> FloatArray:
    """Return the start that fits the coarse level best."""
    view = template.views[0]
    where = view.moved(np.array(starts), every=_THINNED).reshape(-1, 2)
    seen = sample(coarse.values, where).reshape(len(starts), -1, 2)
    costs = _capped(seen - view.values[::_THINNED], view.trust[::_THINNED])
    return starts[int(np.argmin(costs))]


def align(template: LegTemplate, seen: Sequence[Level], start: FloatArray, expected: Expectation) -> Alignment:
    """Refine a start on every level, coarse to fine."""
    motion, normal = start, np.eye(SIZE)
    for view, level, steps in zip(template.views, seen, _STEPS, strict=True):
        motion, normal = _refined(view, level, motion, expected, steps)
    view = template.views[-1]
    residual = sample(seen[-1].values, view.moved(motion)) - view.values
    return Alignment(motion, float(_capped(residual[None], view.trust)[0]), _inverse(normal))


def _refined(
    view: View, level: Level, motion: FloatArray, expected: Expectation, steps: int
) -> tuple[FloatArray, FloatArray]:
    normal = np.eye(SIZE)
    for _ in range(steps):
        where = view.moved(motion)
        residual = sample(level.values, where) - view.values
        slopes = sample(level.slopes, where)
        trust = view.trust / np.maximum(residual * residual, 1.0)
        normal, pull = _STIFF + expected.precision, _STIFF @ motion + expected.precision @ (motion - expected.mean)
        leads = view.across * slopes.T[:2, :, None] + view.down * slopes.T[2:, :, None]
        held = (leads * trust.T[..., None]).reshape(-1, SIZE).T
        normal = normal + (held @ leads.reshape(-1, SIZE)).astype(np.float64) / _BLUR
        pull = pull + (held @ residual.T.reshape(-1)).astype(np.float64) / _BLUR
        step = np.clip(np.linalg.solve(normal, -pull), -_LARGEST_STEP, _LARGEST_STEP)
        motion = motion + step
        if float(np.abs(step).max()) < _DONE:
            break
    return motion, normal


def _inverse(normal: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(normal), dtype=np.float64)


def _capped(residuals: Plane, trust: Plane) -> FloatArray:
    """Return the mean capped residual of each of (k, n, 2)."""
    capped = np.minimum(np.abs(residuals), _CAP) * trust
    return np.asarray(capped.sum(axis=(1, 2)) / max(float(trust.sum()), 1e-9), dtype=np.float64)
