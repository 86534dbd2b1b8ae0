"""The rear of the foot as a solid: where each seen pixel lies beside the sagittal plane.

Seen obliquely, the outline of the heel is not a line in the foot's middle plane: the rear edge and the edge of the sole
are points on its near side, which the picture shows further back than they are. A plane model that overlooks this
takes the lever from ball to heel for too long, hence the turn for too small. Here the rear is a rounded wall with half
the breadth of a heel as its radius (a heel is a quarter as broad as its foot is long; Pheasant, Bodyspace, table of
foot dimensions) and an edge rounded off towards the sole. To first order in the turn, the outline moves like the points
that make it up at rest, so placing these right is enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.model import FloatArray

__all__ = ["Outline", "lateral_place", "outline_of"]

HALF_BREADTH = 0.125  # of the foot's length
_BIG_TOE = 0.10  # how far it lies beside the middle plane, of the foot's length
_EDGE = 0.05  # radius of the sole's edge, of the foot's length
_HEEL_BASE = 0.16  # under-heel point, of the foot's length ahead of the heel's rear


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The silhouette of a foot at rest, in crop pixels; columns run forward from 0 at `rear` (facing undone).

    `rear` (height,) is the rearmost forward position of each row, `bottom` (columns,) the lowest row of each column of
    the crop; NaN where the row or column holds no foot. `length` is the foot's length as seen from the side.
    """

    rear: FloatArray
    bottom: FloatArray
    heel_rear: float
    length: float

    @property
    def half_breadth(self) -> float:
        """Return half the breadth of the heel, crop pixels."""
        return HALF_BREADTH * self.length

    def heel_base_forward(self, azimuth_rad: float) -> float:
        """Return the forward crop position of the under-heel point, which lies in the middle plane."""
        half = self.half_breadth
        return self.heel_rear + half + (_HEEL_BASE * self.length - half) * math.cos(azimuth_rad)


def outline_of(mask: NDArray[np.bool_], facing: float, heel_row: float, azimuth_rad: float) -> Outline | None:
    """Measure a mask; `heel_row` is the row of the heel landmark. None where the heel shows no outline."""
    rows, columns = np.nonzero(mask)
    forward = facing * columns.astype(np.float64)
    rear = np.full(mask.shape[0], np.inf)
    np.minimum.at(rear, rows, forward)
    bottom = np.full(mask.shape[1], -np.inf)
    np.maximum.at(bottom, columns, rows.astype(np.float64))
    rear[~np.isfinite(rear)] = np.nan
    bottom[~np.isfinite(bottom)] = np.nan
    low = rows >= heel_row - 3
    if not low.any():
        return None
    heel_rear = float(np.quantile(forward[low], 0.002))
    seen_length = float(forward[low].max()) - heel_rear
    # Seen obliquely, the roundness behind and the big toe beside the plane add to what the foot's length shows.
    cosine, sine = math.cos(azimuth_rad), abs(math.sin(azimuth_rad))
    length = seen_length / (cosine + HALF_BREADTH * (1.0 - cosine) + _BIG_TOE * sine)
    return Outline(rear, bottom, heel_rear, length)


def lateral_place(
    outline: Outline, facing: float, azimuth_rad: float, columns: FloatArray, rows: FloatArray
) -> FloatArray:
    """Return how far each pixel's surface lies from the middle plane towards the camera, crop pixels."""
    half = outline.half_breadth
    sine, cosine = math.sin(azimuth_rad), math.cos(azimuth_rad)
    row = np.clip(np.rint(rows).astype(int), 0, len(outline.rear) - 1)
    column = np.clip(np.rint(columns).astype(int), 0, len(outline.bottom) - 1)
    rear = np.where(np.isfinite(outline.rear[row]), outline.rear[row], outline.heel_rear)
    from_axis = np.clip(facing * columns - rear - half, -half, None)
    wall = -from_axis * sine + np.sqrt(np.maximum(half**2 - from_axis**2, 0.0)) * cosine
    place = np.where(from_axis < -half * sine, wall, half)
    edge = _EDGE * outline.length
    bottom = outline.bottom[column]
    height = np.clip(np.where(np.isfinite(bottom), bottom, rows) - rows, 0.0, edge)
    rounding = edge - np.sqrt(edge**2 - (edge - height) ** 2)
    return np.asarray(place - np.minimum(rounding, place), dtype=np.float64)
