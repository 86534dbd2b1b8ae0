"""What one leg looked like at rest, pixel by pixel, and how each pixel follows the joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs import chain
from formcheck.legs.colours import Level
from formcheck.legs.mask import Leg
from formcheck.legs.window import SHANK
from formcheck.model import FloatArray
from formcheck.pixels import Plane, sample

__all__ = ["LegTemplate", "View", "leg_templates", "part", "telling"]

_REACH = 0.24 * SHANK  # from the bones: half a wide leg
# How far to both sides of the outline colour counts, a square of so many pixels: deeper in, gleams and shadows play.
_BESIDE = 7
_BEYOND_BALL = 0.12 * SHANK
_DETAIL_WEIGHT = 0.3  # light and shade on a leg change while it turns: its outline is worth more
_DEEP = 9  # so far inside the outline, a square of so many pixels, a pixel surely is leg
_KEPT = (900, 1400)  # pixels of the coarse and the fine level with the most to say
_LEAST = 300


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Pixels of one level: `points` (n, 2) at rest, `across` and `down` (n, k), `trust` and `values` (n, channels)."""

    points: NDArray[np.float32]
    across: NDArray[np.float32]
    down: NDArray[np.float32]
    trust: NDArray[np.float32]
    values: Plane

    def moved(self, motion: FloatArray, *, every: int = 1) -> NDArray[np.float32]:
        """Return where every n-th pixel is after a motion (..., k): shape (..., n, 2)."""
        by = motion.astype(np.float32)
        moved = np.stack([by @ self.across[::every].T, by @ self.down[::every].T], axis=-1)
        moved += self.points[::every]
        return moved


@dataclass(frozen=True, slots=True, eq=False)
class LegTemplate:
    """One leg at rest: its `views`, coarse then fine, and `deep`, pixels that surely are leg (their values unused)."""

    views: tuple[View, ...]
    deep: View

    def repainted(self, rest: Sequence[Level]) -> LegTemplate:
        """Return the same pixels with values read anew, after the colour table has changed."""
        views = tuple(
            View(v.points, v.across, v.down, v.trust, sample(level.values, v.points))
            for v, level in zip(self.views, rest, strict=True)
        )
        return LegTemplate(views, self.deep)


def leg_templates(
    mask: NDArray[np.bool_], legs: tuple[Leg, Leg], rest: Sequence[Level]
) -> tuple[LegTemplate, LegTemplate] | None:
    """Build both templates from the mask (h, w) and the levels of a rest window; None where a leg is hardly seen."""
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    grid = np.stack([columns, rows], axis=-1).astype(np.float64)
    distances = [_distance(grid, leg) for leg in legs]
    byte = mask.astype(np.uint8)
    outside = cv2.dilate(byte, np.ones((_BESIDE, _BESIDE), np.uint8)) > 0
    found = []
    for k, leg in enumerate(legs):
        where = chain.place(grid, leg)
        beyond = 1.0 + _BEYOND_BALL / max(chain.BALL_SHARE * float(np.linalg.norm(leg.toe - leg.ankle)), 1.0)
        own = (distances[k] < _REACH) & (distances[k] < distances[1 - k])
        chosen = outside & own & (where.along > chain.TOP) & (where.foot < beyond)
        if np.count_nonzero(chosen & mask) < _LEAST:
            return None
        found.append(_leg_template(byte, chosen, grid, leg, rest))
    return found[0], found[1]


def _leg_template(
    mask: NDArray[np.uint8], chosen: NDArray[np.bool_], grid: FloatArray, leg: Leg, rest: Sequence[Level]
) -> LegTemplate:
    points = grid[chosen]
    across, down = chain.weights(chain.place(points, leg), points[:, 1] > leg.ankle[1] - 0.05 * SHANK)
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8))[chosen]
    outline = cv2.erode(mask, np.ones((_BESIDE, _BESIDE), np.uint8))[chosen] == 0
    trust = np.stack([_DETAIL_WEIGHT * inside, outline], axis=-1).astype(np.float32)
    whole = View(points.astype(np.float32), across, down, trust, np.zeros((len(points), 2), dtype=np.float32))
    views = telling(whole, rest)
    deep = np.flatnonzero(cv2.erode(mask, np.ones((_DEEP, _DEEP), np.uint8))[chosen])[::2]
    return LegTemplate(views, part(whole, deep, whole.values[deep]))


def telling(whole: View, rest: Sequence[Level]) -> tuple[View, ...]:
    """Keep, of each level, the pixels that have most to say: where a level is flat nothing tells a shift."""
    return tuple(_view(whole, level, kept) for level, kept in zip(rest, _KEPT, strict=True))


def _view(whole: View, level: Level, kept: int) -> View:
    slopes = sample(level.slopes, whole.points)
    channels = whole.trust.shape[1]
    say = (whole.trust * (slopes[:, :channels] ** 2 + slopes[:, channels:] ** 2)).sum(axis=1)
    best = np.sort(np.argsort(-say, kind="stable")[:kept])
    return part(whole, best, sample(level.values, whole.points[best]))


def part(whole: View, rows: NDArray[np.intp], values: Plane) -> View:
    """Return the pixels `rows` of a view, with other values."""
    return View(whole.points[rows], whole.across[rows], whole.down[rows], whole.trust[rows], values)


def _distance(grid: FloatArray, leg: Leg) -> FloatArray:
    """Return how far each pixel is from the bones of a leg."""
    bones = ((leg.hip, leg.knee), (leg.knee, leg.ankle), (leg.ankle, leg.toe))
    return np.asarray(np.min([_from_line(grid, a, b) for a, b in bones], axis=0), dtype=np.float64)


def _from_line(grid: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    along = b - a
    share = np.clip((grid - a) @ along / max(float(along @ along), 1.0), 0.0, 1.0)
    return np.asarray(np.linalg.norm(grid - a - share[..., None] * along, axis=-1), dtype=np.float64)
