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

from formcheck.feet.mask import LegPoints
from formcheck.model import FloatArray

__all__ = ["Outline", "lateral_place", "outline_of"]

HALF_BREADTH = 0.125  # of the foot's length
_BIG_TOE = 0.10  # how far it lies beside the middle plane, of the foot's length
_EDGE = 0.04  # radius of the sole's edge, of the foot's length
FOREFOOT_BROADER = 0.07  # half breadth of the ball (.195) less that of the heel, of the foot's length
_USUAL_TILT = 0.28
_TILT_DOUBT = 10.0  # crop pixels
_HEEL_BASE = 0.16  # under-heel point, of the foot's length ahead of the heel's rear


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The silhouette of a foot at rest, in crop pixels; "forward" is the column times `facing`.

    `rear` (height,) is the rearmost forward position of each row, `bottom` (width,) the lowest row of each column;
    NaN where row or column holds no foot. `length` is the foot's length as seen from the side.
    """

    facing: float
    azimuth_rad: float
    rear: FloatArray
    bottom: FloatArray
    heel_rear: float
    length: float

    @property
    def half_breadth(self) -> float:
        """Return half the breadth of the heel."""
        return HALF_BREADTH * self.length

    @property
    def edge_place(self) -> float:
        """Return how far the sole's near edge under the heel lies from the middle plane."""
        return (HALF_BREADTH - _EDGE) * self.length

    def heel_base(self) -> float:
        """Return the forward position of the under-heel point, in the middle plane."""
        half = self.half_breadth
        return self.heel_rear + half + (_HEEL_BASE * self.length - half) * math.cos(self.azimuth_rad)

    def sole_row(self, forward: float, place: float) -> float:
        """Return the row of the near sole edge beside a point of the middle plane, `place` towards the camera.

        The median of a few columns: single pixels of a mask are ragged. NaN where it has a gap.
        """
        column = self.facing * (forward - place * math.sin(self.azimuth_rad))
        middle = int(np.clip(round(column), 0, len(self.bottom) - 1))
        around = self.bottom[max(middle - 3, 0) : middle + 4]
        found = around[np.isfinite(around)]
        return float(np.median(found)) if len(found) else math.nan

    def tilt(self, heel_row: float, ball: float) -> float:
        """Return the tangent of the look down at the foot, from the run of the near sole edge to the ball.

        Drawn to that of a camera at hip height three metres off where the view tells little.
        """
        place = self.edge_place + FOREFOOT_BROADER * self.length
        drop = self.sole_row(ball, place) - heel_row
        cosine, sine = math.cos(self.azimuth_rad), math.sin(self.azimuth_rad)
        nearer = (ball - self.heel_base()) * sine / cosine + FOREFOOT_BROADER * self.length * cosine
        return float((drop * nearer + _USUAL_TILT * _TILT_DOUBT**2) / (nearer**2 + _TILT_DOUBT**2))


def outline_of(mask: NDArray[np.bool_], leg: LegPoints, facing: float, azimuth_rad: float) -> Outline | None:
    """Measure a mask round landmarks in crop pixels. None where the heel shows no outline."""
    rows, columns = np.nonzero(mask)
    forward = facing * columns.astype(np.float64)
    rear = np.full(mask.shape[0], np.inf)
    np.minimum.at(rear, rows, forward)
    bottom = np.full(mask.shape[1], -np.inf)
    np.maximum.at(bottom, columns, rows.astype(np.float64))
    rear[~np.isfinite(rear)] = np.nan
    bottom[~np.isfinite(bottom)] = np.nan
    low = rows >= leg.heel[1] - 3
    if not low.any():
        return None
    heel_rear = float(np.quantile(forward[low], 0.002))
    seen_length = float(forward[low].max()) - heel_rear
    # Seen obliquely, the roundness behind and the big toe beside the plane add to what the foot's length shows.
    cosine, sine = math.cos(azimuth_rad), abs(math.sin(azimuth_rad))
    length = seen_length / (cosine + HALF_BREADTH * (1.0 - cosine) + _BIG_TOE * sine)
    return Outline(facing, azimuth_rad, rear, bottom, heel_rear, length)


def lateral_place(outline: Outline, pixels: FloatArray) -> FloatArray:
    """Return how far the surface at pixels (n, 2) lies from the middle plane towards the camera, crop pixels."""
    half = outline.half_breadth
    sine, cosine = math.sin(outline.azimuth_rad), math.cos(outline.azimuth_rad)
    row = np.clip(np.rint(pixels[:, 1]).astype(int), 0, len(outline.rear) - 1)
    column = np.clip(np.rint(pixels[:, 0]).astype(int), 0, len(outline.bottom) - 1)
    rear = np.where(np.isfinite(outline.rear[row]), outline.rear[row], outline.heel_rear)
    from_axis = np.clip(outline.facing * pixels[:, 0] - rear - half, -half, None)
    wall = -from_axis * sine + np.sqrt(np.maximum(half**2 - from_axis**2, 0.0)) * cosine
    place = np.where(from_axis < -half * sine, wall, half)
    edge = _EDGE * outline.length
    bottom = outline.bottom[column]
    height = np.clip(np.where(np.isfinite(bottom), bottom - pixels[:, 1], 0.0), 0.0, edge)
    rounding = edge - np.sqrt(edge**2 - (edge - height) ** 2)
    return np.asarray(place - np.minimum(rounding, place), dtype=np.float64)
