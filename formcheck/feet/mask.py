"""Which pixels of a rest picture are foot and lower shank."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feet.crop import WORKING_LENGTH
from formcheck.model import FloatArray
from formcheck.pixels import cut_out

__all__ = ["LegPoints", "foot_mask"]

Mask = NDArray[np.bool_]
_INSTEP = 0.20  # height of the back of the foot over the line ankle to toe, working lengths
_SHANK_HALF = 0.26


@dataclass(frozen=True, slots=True, eq=False)
class LegPoints:
    """Landmarks of one leg at rest, each (2,), all in the same pixels."""

    knee: FloatArray
    ankle: FloatArray
    heel: FloatArray
    toe: FloatArray

    @classmethod
    def of(cls, points: FloatArray) -> LegPoints:
        """Take rows knee, ankle, heel, toe of a (4, 2) array."""
        return cls(*np.asarray(points, dtype=np.float64))

    def stack(self) -> FloatArray:
        """Return them as rows (4, 2)."""
        return np.stack([self.knee, self.ankle, self.heel, self.toe])


def foot_mask(image: NDArray[np.uint8], leg: LegPoints) -> Mask | None:
    """Cut foot and shank out of an RGB crop, seeded by landmarks in crop pixels; None where nothing foot-like is."""
    seeds = _seeds(image.shape[:2], leg)
    if not (seeds == cv2.GC_FGD).any() or not (seeds == cv2.GC_BGD).any():
        return None
    _, labels = cv2.connectedComponents(cut_out(image, seeds).astype(np.uint8))
    column, row = np.clip(np.rint(leg.ankle).astype(int), 0, np.array(image.shape[1::-1]) - 1)
    if labels[row, column] == 0:
        return None
    return np.asarray(labels == labels[row, column])


def above_instep(columns: FloatArray, rows: FloatArray, leg: LegPoints) -> Mask:
    """Tell which crop pixels lie above the back of the foot: there the other foot may show, of the same colour."""
    facing = 1.0 if leg.toe[0] >= leg.heel[0] else -1.0
    along = leg.toe - leg.ankle
    normal = np.array([along[1], -along[0]]) * facing / max(float(np.linalg.norm(along)), 1e-9)
    height = (columns - leg.ankle[0]) * normal[0] + (rows - leg.ankle[1]) * normal[1]
    shank = leg.ankle - leg.knee
    shank_column = leg.ankle[0] + (rows - leg.ankle[1]) * shank[0] / max(float(shank[1]), 1e-9)
    ahead = facing * (columns - shank_column)
    return np.asarray((height > _INSTEP * WORKING_LENGTH) & (ahead > _SHANK_HALF * WORKING_LENGTH))


def _seeds(shape: tuple[int, ...], leg: LegPoints) -> NDArray[np.uint8]:
    """Return grabCut's start: sure foot along the bones, likely foot round them, sure floor below, behind, ahead."""
    length = WORKING_LENGTH
    facing = 1.0 if leg.toe[0] >= leg.heel[0] else -1.0
    seeds = np.full(shape, cv2.GC_PR_BGD, dtype=np.uint8)
    for a, b in ((leg.knee, leg.ankle), (leg.ankle, leg.heel), (leg.heel, leg.toe), (leg.ankle, leg.toe)):
        _line(seeds, a, b, 0.30 * length, cv2.GC_PR_FGD)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    ahead = facing * (columns - leg.heel[0])
    along = (columns - leg.heel[0]) / np.where(leg.toe[0] == leg.heel[0], 1e-9, leg.toe[0] - leg.heel[0])
    sole = leg.heel[1] + np.clip(along, 0.0, 1.0) * (leg.toe[1] - leg.heel[1])
    seeds[(rows > sole + 0.30 * length) | (ahead < -0.42 * length) | (ahead > 1.45 * length)] = cv2.GC_BGD
    seeds[above_instep(columns, rows, leg)] = cv2.GC_BGD
    for a, b in ((leg.knee, leg.ankle), (leg.ankle, leg.heel), (leg.heel, leg.heel + 0.7 * (leg.toe - leg.heel))):
        _line(seeds, a, b, 3.0, cv2.GC_FGD)
    return seeds


def _line(seeds: NDArray[np.uint8], a: FloatArray, b: FloatArray, width: float, value: int) -> None:
    ends = [tuple(int(v) for v in np.rint(p)) for p in (a, b)]
    cv2.line(seeds, ends[0], ends[1], int(value), max(1, round(width)))
