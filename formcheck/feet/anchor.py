"""Everything learnt about a foot from one rest picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feet.channels import brightness, colour_table, planes
from formcheck.feet.crop import WORKING_LENGTH, Crop
from formcheck.feet.geometry import SagittalPlane
from formcheck.feet.mask import LegPoints, foot_mask
from formcheck.feet.pivot import Pivot
from formcheck.feet.shape import Outline, lateral_place, outline_of
from formcheck.feet.template import Template, build_template, clear_of_floor, rear_pixels
from formcheck.model import FloatArray
from formcheck.pixels import Plane, colour_cells

__all__ = ["Anchor", "make_anchor"]

_MARGIN = (40.0, 45.0, 40.0, 34.0)  # left, top, right, bottom of ankle, heel and toe; working pixels
_BALL_UP = 0.13  # height of the joint over the floor: a metatarsal head, its sesamoids and pad measure some 26 mm
_MIN_FOOT_PX = 12.0  # a shorter foot shows no outline to hold on to
_MIN_PIXELS = 200
_MIN_CONTRAST = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A rest picture's template with its colour table, brightness (grey levels) and pivot.

    `unshadowed` is the template without the brightness of the sole, which a foot's own shadow makes.
    `leg` holds the rest landmarks and `heel_base` the under-heel point, both in picture pixels; the sagittal plane's
    origin is the under-heel point. `sole_rad` is the picture's direction of heel base to ball, down from forward,
    `sole_px` their distance in picture pixels.
    """

    crop: Crop
    template: Template
    unshadowed: Template
    colours: Plane
    pivot: Pivot
    brightness: float
    leg: LegPoints
    heel_base: FloatArray
    sole_rad: float
    sole_px: float


def make_anchor(image: NDArray[np.uint8], leg: LegPoints, azimuth_rad: float) -> Anchor | None:
    """Learn a resting foot from a picture (RGB) and its rest landmarks; None where no foot can be told from the floor.

    `azimuth_rad` is that of the foot, at most 1.2 off the side view.
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
    outline = outline_of(mask, inside, facing, azimuth_rad)
    pixels = rear_pixels(mask, inside)
    if outline is None or len(pixels) < _MIN_PIXELS:
        return None
    return _assembled(window, mask, crop, leg, outline, pixels)


def _assembled(
    window: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    crop: Crop,
    leg: LegPoints,
    outline: Outline,
    pixels: FloatArray,
) -> Anchor | None:
    facing, azimuth = outline.facing, outline.azimuth_rad
    inside = LegPoints.of(crop.inward(leg.stack()))
    heel, place = outline.heel_base(), outline.edge_place
    ball = outline.ball(facing * float(inside.heel[0]), facing * float(inside.toe[0]))
    row = outline.sole_row(heel, place)
    tilt = outline.tilt(row, ball)
    if not math.isfinite(tilt) or ball <= heel:
        return None
    plane = SagittalPlane(facing, azimuth, tilt)
    origin = np.array([facing * (heel - place * math.sin(azimuth)), row])
    places = plane.to_plane(pixels - origin, lateral_place(outline, pixels) - place)
    colours = _colours(window, mask)
    images = planes(window, colours)
    template = build_template(images, mask, pixels, places, plane)
    if template.contrast < _MIN_CONTRAST:
        return None
    sole = np.array([(ball - heel) / math.cos(azimuth), 0.0])
    seen_sole = plane.matrix @ sole
    return Anchor(
        crop=crop,
        template=template,
        unshadowed=build_template(images, clear_of_floor(mask), pixels, places, plane),
        colours=colours,
        pivot=Pivot(ball=sole - [0.0, _BALL_UP * WORKING_LENGTH], heel=np.zeros(2), drift=np.zeros(2)),
        brightness=brightness(window),
        leg=leg,
        heel_base=crop.outward(np.array([facing * heel, row - tilt * place * math.cos(azimuth)])),
        sole_rad=math.atan2(float(seen_sole[1]), facing * float(seen_sole[0])),
        sole_px=float(np.linalg.norm(seen_sole)) / crop.scale,
    )


def _colours(window: NDArray[np.uint8], mask: NDArray[np.bool_]) -> Plane:
    cells = colour_cells(window)
    solid = mask.astype(np.uint8)
    inner = cv2.erode(solid, np.ones((5, 5), np.uint8)) > 0
    ring = (cv2.dilate(solid, np.ones((31, 31), np.uint8)) > 0) & (cv2.dilate(solid, np.ones((5, 5), np.uint8)) == 0)
    return colour_table(cells[inner], cells[ring])
