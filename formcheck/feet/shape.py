"""The rear of the foot as a solid: where each seen pixel lies beside the sagittal plane.

Seen obliquely, the outline of the heel is not a line in the foot's middle plane: the rear edge and the edge of the sole
are points on its near side, which the picture shows further back than they are. A plane model that overlooks this
takes the lever from ball to heel for too long, hence the turn for too small. The instep's outline is on the far side.
Here rear and instep are rounded walls with half the breadth of a heel as their radius (a heel is a quarter as broad as
its foot is long; Pheasant, Bodyspace, table of foot dimensions), the side broadens to the ball, and its edge is rounded
off towards the sole. To first order in the turn, the outline moves like the points that make it up at rest, so placing
these right is enough.
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
_HEEL_ROWS = 12.0  # crop pixels: rows that end further ahead show the side of the foot, not the heel
_BALL = 0.73  # heel to ball as shoe fitters measure it, of the foot's length
_BALL_OF_LANDMARKS = 0.82  # of the way from heel to toe landmark
_LANDMARK_SD, _SILHOUETTE_SD = 0.02, 0.04  # of the ball's place from either, seen from the side, of the foot's length
_HEEL_BASE = 0.16  # under-heel point, of the foot's length ahead of the heel's rear


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The silhouette of a foot at rest, in crop pixels; "forward" is the column times `facing`.

    `rear` and `front` (height,) are the rearmost and foremost forward positions of each row, `bottom` (width,) the
    lowest row of each column; NaN where row or column holds no foot. `length` is the foot's length as seen from the
    side.
    """

    facing: float
    azimuth_rad: float
    rear: FloatArray
    front: FloatArray
    bottom: FloatArray
    heel_rear: float
    length: float

    @property
    def shows_outer(self) -> bool:
        """Tell whether the outer side is seen, from ahead. The inner one is hollow: how it broadens is not known."""
        return self.azimuth_rad >= 0.0

    @property
    def half_breadth(self) -> float:
        """Return half the breadth of the heel."""
        return HALF_BREADTH * self.length

    @property
    def edge_turn(self) -> float:
        """Return how far down the rounded edge of the sole its outline lies, radians from level.

        There the surface passes out of sight: the look down shows less of the rounding, and so does the oblique one.
        """
        return math.atan2(math.cos(self.azimuth_rad), _USUAL_TILT) if self.shows_outer else math.pi / 2.0

    @property
    def edge_place(self) -> float:
        """Return how far the outline of the sole's near edge under the heel lies from the middle plane."""
        return (HALF_BREADTH - _EDGE * (1.0 - math.cos(self.edge_turn))) * self.length

    def heel_base(self) -> float:
        """Return the forward position of the under-heel point, in the middle plane."""
        half = self.half_breadth
        return self.heel_rear + half + (_HEEL_BASE * self.length - half) * math.cos(self.azimuth_rad)

    def ball(self, heel: float, toe: float) -> float:
        """Return the forward position of the ball, in the middle plane, from the silhouette and both landmarks.

        From the side the landmarks tell it better. But the toe's lies somewhere between the big toe and the middle, and
        obliquely that counts as length. A silhouette that ends before it has lost its toes.
        """
        told = heel + _BALL_OF_LANDMARKS * (toe - heel)
        if np.nanmax(self.front) < toe or not self.shows_outer:
            return told
        half = self.half_breadth
        shown = self.heel_rear + half + (_BALL * self.length - half) * math.cos(self.azimuth_rad)
        doubt = math.hypot(_LANDMARK_SD, _BIG_TOE * math.tan(self.azimuth_rad))
        share = doubt**2 / (doubt**2 + _SILHOUETTE_SD**2)
        return told + share * (shown - told)

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
    front = np.full(mask.shape[0], -np.inf)
    np.maximum.at(front, rows, forward)
    bottom = np.full(mask.shape[1], -np.inf)
    np.maximum.at(bottom, columns, rows.astype(np.float64))
    for edge in (rear, front, bottom):
        edge[~np.isfinite(edge)] = np.nan
    low = max(math.ceil(leg.heel[1]) - 3, 0)
    if not np.isfinite(rear[low:]).any():
        return None
    heel_rear = _heel_rear(rear[low:])
    seen_length = float(np.nanmax(front[low:])) - heel_rear
    # Seen obliquely, the roundness behind and the big toe beside the plane add to what the foot's length shows.
    cosine, sine = math.cos(azimuth_rad), abs(math.sin(azimuth_rad))
    length = seen_length / (cosine + HALF_BREADTH * (1.0 - cosine) + _BIG_TOE * sine)
    return Outline(facing, azimuth_rad, rear, front, bottom, heel_rear, length)


def _heel_rear(rear: FloatArray) -> float:
    """Return where most of the heel's rows end: a shadow that passes for foot sticks out of the lowest few."""
    heel = rear[rear < np.nanmin(rear) + _HEEL_ROWS]
    return float(np.quantile(heel, 0.25))


def lateral_place(outline: Outline, pixels: FloatArray) -> FloatArray:
    """Return how far the surface at pixels (n, 2) lies from the middle plane towards the camera, crop pixels.

    Negative beyond it: seen obliquely from the front, the instep's outline is on the far side.
    """
    half, sine = outline.half_breadth, math.sin(outline.azimuth_rad)
    forward = outline.facing * pixels[:, 0]
    row = np.clip(np.rint(pixels[:, 1]).astype(int), 0, len(outline.rear) - 1)
    rear = np.where(np.isfinite(outline.rear[row]), outline.rear[row], outline.heel_rear)
    front = np.where(np.isfinite(outline.front[row]) & outline.shows_outer, outline.front[row], np.inf)
    turn = -half * sine  # where either rounding passes into the near side
    behind = _wall(outline, np.clip(forward - rear - half, -half, turn))
    ahead = _wall(outline, np.clip(forward - front + half, turn, half))
    place = np.minimum(behind, ahead)
    place = place + _broader(outline, forward) * (ahead - turn) / (half - turn)  # the far side of the instep does not
    return np.asarray(place - np.minimum(_rounded_off(outline, pixels), np.maximum(place, 0.0)), dtype=np.float64)


def _wall(outline: Outline, from_axis: FloatArray) -> FloatArray:
    """Return the place of a round upright wall that is seen `from_axis` (n,) ahead of its axis in the middle plane."""
    across = np.sqrt(np.maximum(outline.half_breadth**2 - from_axis**2, 0.0))
    return np.asarray(across * math.cos(outline.azimuth_rad) - from_axis * math.sin(outline.azimuth_rad))


def _broader(outline: Outline, forward: FloatArray) -> FloatArray:
    """Return by how much the near side is further out than at the heel, (n,): the foot broadens evenly to the ball."""
    half, most = outline.half_breadth, FOREFOOT_BROADER * outline.length * outline.shows_outer
    growth = most / (_BALL * outline.length - half)
    cosine, sine = math.cos(outline.azimuth_rad), math.sin(outline.azimuth_rad)
    run = (forward - outline.heel_rear - half + half * sine) / (cosine - growth * sine)
    return np.clip(growth * run, 0.0, most)


def _rounded_off(outline: Outline, pixels: FloatArray) -> FloatArray:
    """Return by how much the surface near the sole lies further in than the side above it, (n,)."""
    edge = _EDGE * outline.length
    lowest = edge * math.sin(outline.edge_turn)
    column = np.clip(np.rint(pixels[:, 0]).astype(int), 0, len(outline.bottom) - 1)
    bottom = outline.bottom[column]
    height = np.clip(np.where(np.isfinite(bottom), bottom - pixels[:, 1], 0.0), 0.0, lowest)
    return np.asarray(edge - np.sqrt(edge**2 - (lowest - height) ** 2))
