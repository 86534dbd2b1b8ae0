"""Everything learnt about a foot from one rest picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feet.channels import ColourModel, colour_index, planes
from formcheck.feet.crop import WORKING_LENGTH, Crop
from formcheck.feet.geometry import SagittalPlane
from formcheck.feet.mask import LegPoints, foot_mask
from formcheck.feet.pivot import Pivot
from formcheck.feet.shape import Outline, lateral_place, outline_of
from formcheck.feet.template import Template, build_levels, rear_pixels
from formcheck.model import FloatArray

__all__ = ["Anchor", "make_anchor"]

_MARGIN = (40.0, 45.0, 40.0, 34.0)  # left, top, right, bottom of ankle, heel and toe; working pixels
_BALL_AHEAD = 0.82  # of the way from heel to toe landmark
_BALL_UP = 0.10
_MIN_FOOT_PX = 12.0  # a shorter foot shows no outline to hold on to
_MIN_PIXELS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A rest picture's template with its colours and pivot.

    `leg` holds the rest landmarks and `heel_base` the under-heel point, both in picture pixels; the sagittal plane's
    origin is the under-heel point. `sole_rad` is the picture's direction of heel base to ball, down from forward,
    `sole_px` their distance in picture pixels.
    """

    crop: Crop
    template: Template
    colours: ColourModel
    pivot: Pivot
    leg: LegPoints
    heel_base: FloatArray
    sole_rad: float
    sole_px: float


def make_anchor(image: NDArray[np.uint8], leg: LegPoints, azimuth_rad: float) -> Anchor | None:
    """Learn a resting foot from a picture (RGB) and its rest landmarks; None where no foot can be told from the floor.

    `azimuth_rad` is that of the foot, at most a radian off the side view.
    """
    length = abs(float(leg.toe[0] - leg.heel[0])) / math.cos(azimuth_rad)
    if length < _MIN_FOOT_PX:
        return None
    inner = np.stack([leg.ankle, leg.heel, leg.toe])
    crop = Crop.around(inner, margin=_MARGIN, scale=WORKING_LENGTH / length)
    window = crop.cut(image)
    inside = LegPoints.of(crop.inward(leg.stack()))
    mask = foot_mask(window, inside)
    if mask is None:
        return None
    facing = 1.0 if leg.toe[0] >= leg.heel[0] else -1.0
    outline = outline_of(mask, facing, float(inside.heel[1]), azimuth_rad)
    if outline is None:
        return None
    points = _sole_points(outline, inside, facing, azimuth_rad)
    if points is None:
        return None
    return _assembled(window, mask, crop, leg, outline, points, facing, azimuth_rad)


def _sole_points(
    outline: Outline, leg: LegPoints, facing: float, azimuth_rad: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return under-heel point and ball, crop pixels, both on the lower outline; None where it has a gap there."""
    forward = (
        outline.heel_base_forward(azimuth_rad),
        facing * float(leg.heel[0] + _BALL_AHEAD * (leg.toe[0] - leg.heel[0])),
    )
    columns = [facing * f for f in forward]
    rows = [_bottom_near(outline, column) for column in columns]
    if not np.isfinite(rows).all():
        return None
    return np.array([columns[0], rows[0]]), np.array([columns[1], rows[1]])


def _bottom_near(outline: Outline, column: float) -> float:
    """Return the lower outline at a column, as the median of a few: single pixels of a mask are ragged."""
    middle = int(np.clip(round(column), 0, len(outline.bottom) - 1))
    around = outline.bottom[max(middle - 3, 0) : middle + 4]
    found = around[np.isfinite(around)]
    return float(np.median(found)) if len(found) else float("nan")


def _assembled(
    window: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    crop: Crop,
    leg: LegPoints,
    outline: Outline,
    points: tuple[FloatArray, FloatArray],
    facing: float,
    azimuth_rad: float,
) -> Anchor | None:
    heel, ball = points
    ahead = facing * float(ball[0] - heel[0])
    plane = SagittalPlane(facing, azimuth_rad, float(ball[1] - heel[1]) / ahead)
    pixels = rear_pixels(mask, LegPoints.of(crop.inward(leg.stack())))
    if len(pixels) < _MIN_PIXELS:
        return None
    lateral = lateral_place(outline, facing, azimuth_rad, pixels[:, 0], pixels[:, 1])
    places = plane.to_plane(pixels - heel, lateral)
    colours = _colours(window, mask)
    template = Template(plane, pixels, places, build_levels(planes(window, colours), pixels, places, plane))
    pivot_ball = plane.to_plane(ball - heel) - np.array([0.0, _BALL_UP * WORKING_LENGTH])
    return Anchor(
        crop=crop,
        template=template,
        colours=colours,
        pivot=Pivot(ball=pivot_ball, heel=np.zeros(2), drift=np.zeros(2)),
        leg=leg,
        heel_base=crop.outward(heel),
        sole_rad=math.atan2(float(ball[1] - heel[1]), ahead),
        sole_px=float(np.linalg.norm(ball - heel)) / crop.scale,
    )


def _colours(window: NDArray[np.uint8], mask: NDArray[np.bool_]) -> ColourModel:
    cells = colour_index(window)
    solid = mask.astype(np.uint8)
    inner = cv2.erode(solid, np.ones((5, 5), np.uint8)) > 0
    ring = (cv2.dilate(solid, np.ones((31, 31), np.uint8)) > 0) & (cv2.dilate(solid, np.ones((5, 5), np.uint8)) == 0)
    return ColourModel(cells[inner], cells[ring])
