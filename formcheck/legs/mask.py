"""Which pixels of a rest window are legs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs.window import SHANK, Image
from formcheck.model import FloatArray
from formcheck.pixels import colour_cells, cut_out, histogram, log_odds

__all__ = ["Leg", "leg_mask"]

Mask = NDArray[np.bool_]

# Widths along a leg, in shank lengths: as wide as a leg in loose trousers may be.
_THIGH, _CALF, _ANKLE, _FOOT = 0.60, 0.44, 0.30, 0.40
_CORE = 0.30  # of those widths: surely leg
_RING = 0.25  # beyond those widths: surely not
_PASSES = 3
_SURE = 4.0
_LEG, _NOT_LEG = 1.0, -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """Landmarks of one leg at rest, each (2,), in working pixels."""

    hip: FloatArray
    knee: FloatArray
    ankle: FloatArray
    toe: FloatArray


def leg_mask(image: Image, legs: tuple[Leg, Leg]) -> Mask:
    """Return the mask (h, w) of both legs: by colour where that is sure, else as GrabCut says.

    GrabCut alone fills the narrow gap between two legs and may drop a gleaming foot; colour alone bites into brown
    feet on a brown floor.
    """
    cut = cut_out(image, _seeds(image.shape[:2], legs))
    odds = _colour_says(image, legs)
    within = _band(image.shape[:2], legs, 1.0)
    both = ((within & (odds > _LEG)) | (cut & (odds > _NOT_LEG))).astype(np.uint8)
    clean = cv2.morphologyEx(both, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0)


def _seeds(shape: tuple[int, ...], legs: tuple[Leg, Leg]) -> NDArray[np.uint8]:
    seeds = np.full(shape, cv2.GC_BGD, dtype=np.uint8)
    seeds[_band(shape, legs, 1.0)] = cv2.GC_PR_BGD
    seeds[_band(shape, legs, 0.5)] = cv2.GC_PR_FGD
    for leg in legs:
        _line(seeds, leg.hip, leg.knee, 5)
        _line(seeds, leg.knee, leg.ankle, 3)
        _line(seeds, leg.ankle, leg.ankle + 0.6 * (leg.toe - leg.ankle), 3)
    return seeds


def _colour_says(image: Image, legs: tuple[Leg, Leg]) -> NDArray[np.float32]:
    """Return the log-odds of leg (h, w), from the colours along the bones against those well beside the legs."""
    shape = image.shape[:2]
    core, within = _band(shape, legs, _CORE), _band(shape, legs, 1.0)
    ring = _band(shape, legs, 1.0, extra=2.0 * _RING) & ~within
    seen, leg, ground = colour_cells(image), core, ring
    for _ in range(_PASSES):
        odds = np.clip(log_odds(histogram(seen[leg]), histogram(seen[ground]))[seen], -_SURE, _SURE)
        odds = np.asarray(cv2.GaussianBlur(odds, (0, 0), 1.0), dtype=np.float32)
        leg = ((odds > _NOT_LEG) & within) | core
        ground = ring | (within & ~leg)
    return np.where(core, np.float32(_SURE), odds)


def _band(shape: tuple[int, ...], legs: tuple[Leg, Leg], share: float, *, extra: float = 0.0) -> Mask:
    """Return a band along both legs: `share` of the widths, and `extra` shank lengths more."""
    canvas = np.zeros(shape, dtype=np.uint8)
    widths = [SHANK * (share * w + extra) for w in (_THIGH, _CALF, _CALF, _ANKLE, _ANKLE, _FOOT)]
    for leg in legs:
        shank = leg.ankle - leg.knee
        stations = (
            0.5 * (leg.hip + leg.knee),
            leg.knee,
            leg.knee + 0.35 * shank,
            leg.knee + 0.8 * shank,
            leg.ankle,
            leg.toe,
        )
        for k in range(len(stations) - 1):
            _taper(canvas, stations[k], stations[k + 1], widths[k], widths[k + 1])
    return np.asarray(canvas > 0)


def _taper(canvas: NDArray[np.uint8], a: FloatArray, b: FloatArray, width_a: float, width_b: float) -> None:
    along = b - a
    side = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-9)
    corners = [a + side * width_a / 2, b + side * width_b / 2, b - side * width_b / 2, a - side * width_a / 2]
    cv2.fillConvexPoly(canvas, np.rint(corners).astype(np.int32), 1)
    for centre, width in ((a, width_a), (b, width_b)):
        x, y = np.rint(centre).astype(int)
        cv2.circle(canvas, (int(x), int(y)), int(width / 2), 1, -1)


def _line(seeds: NDArray[np.uint8], a: FloatArray, b: FloatArray, width: int) -> None:
    (x0, y0), (x1, y1) = np.rint([a, b]).astype(int)
    cv2.line(seeds, (int(x0), int(y0)), (int(x1), int(y1)), int(cv2.GC_FGD), width)
