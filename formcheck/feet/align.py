"""Find the motion that carries the rest template onto a picture: inverse-compositional Gauss–Newton."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.feet.geometry import Motion
from formcheck.feet.pivot import Pivot
from formcheck.feet.template import Level, Template, capped_mean
from formcheck.model import FloatArray
from formcheck.pixels import Plane, sample

__all__ = ["Alignment", "align", "best_starts"]

_BLUR = 9.0  # neighbouring pixels share their noise: this many count as one
_STEPS = 6
_DONE = np.array([2e-4, 0.01, 0.01])  # radians, working pixels
_APART = np.radians(9.0)


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A motion found, its `misfit` and the covariance (3, 3) that the picture gives it.

    `misfit` is the mean capped residual as a share of what an even grey would leave: 0 the rest picture itself, .3 to
    .9 the foot in motion, from 1.2 on something else.
    """

    motion: Motion
    misfit: float
    covariance: FloatArray


def best_starts(template: Template, image: Plane, candidates: Sequence[Motion]) -> list[Motion]:
    """Return the candidate that fits the coarse picture best, and a second one if it lies well apart."""
    where = np.concatenate([template.moved(motion, every=2) for motion in candidates])
    values = sample(image, where).reshape(len(candidates), -1, 2)
    costs = capped_mean((values - template.levels[0].values[::2]) * template.trust[::2])
    order = np.argsort(costs)
    best = candidates[int(order[0])]
    if len(order) > 1:
        second = candidates[int(order[1])]
        if abs(second.angle - best.angle) > _APART:
            return [best, second]
    return [best]


def align(template: Template, images: Sequence[Plane], start: Motion, pivot: Pivot) -> Alignment:
    """Refine a start on every level, coarse to fine."""
    motion = start
    normal = np.eye(3)
    for level, image in zip(template.levels, images, strict=True):
        motion, normal = _refined(template, level, image, motion, pivot)
    residual = template.residual(images[-1], motion, template.levels[-1])
    misfit = float(capped_mean(residual[None])[0]) / template.contrast
    return Alignment(motion, misfit, np.asarray(np.linalg.inv(normal), dtype=np.float64))


def _refined(template: Template, level: Level, image: Plane, motion: Motion, pivot: Pivot) -> tuple[Motion, FloatArray]:
    slopes = level.slopes.reshape(-1, 3)
    normal = np.eye(3)
    for _ in range(_STEPS):
        residual = template.residual(image, motion, level).reshape(-1)
        weighted = slopes * _weights(residual)[:, None]
        pull, toward = pivot.pull(motion)
        normal = (weighted.T @ slopes).astype(np.float64) / _BLUR + pull
        right = (weighted.T @ residual).astype(np.float64) / _BLUR + toward
        step = np.asarray(np.linalg.solve(normal, right), dtype=np.float64)
        motion = motion.after_step(step)
        if (np.abs(step) < _DONE).all():
            break
    return motion, normal


def _weights(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 for residuals below 1, then 1/r²: what does not belong to the foot loses its say."""
    return np.asarray(1.0 / np.maximum(residual * residual, 1.0), dtype=np.float32)
