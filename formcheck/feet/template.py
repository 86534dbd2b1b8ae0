"""The rear of a foot as it looked at rest: pixels, their place in the sagittal plane, and how they answer to motion."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.feet.crop import WORKING_LENGTH
from formcheck.feet.geometry import QUARTER_TURN, Motion, SagittalPlane
from formcheck.feet.mask import LegPoints
from formcheck.model import FloatArray
from formcheck.pixels import Plane, sample

__all__ = ["Level", "Template", "build_template", "capped_mean", "clear_of_floor", "rear_pixels"]

_ABOVE_ANKLE = 0.0
_BEHIND = 0.5
_AHEAD = 0.62
_FLOOR_TRUST = 0.0
_SOLE_EDGE = 6  # working pixels over the sole's outline: as far as the high pass reaches
_CAP = 3.0  # a residual beyond this says no more than "wrong"
_RIM = np.ones((7, 7), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One blur level: `values` (n, 2) of the channels and `slopes` (n, 2, 3), their change by angle and shift."""

    values: NDArray[np.float32]
    slopes: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Pixels (n, 2) of the rear foot in the rest crop, their sagittal places (n, 2) and the channel levels there.

    `trust` (n, 2) weighs each pixel's channels in the residual: the brightness of the floor round the foot stays behind
    when the foot moves, and would hold it at rest; its colour only says "not foot", and that does move. `contrast` is
    the mean capped residual that an even grey would leave.
    """

    plane: SagittalPlane
    pixels: FloatArray
    places: FloatArray
    trust: NDArray[np.float32]
    levels: tuple[Level, ...]
    contrast: float

    def residual(self, image: Plane, motion: Motion, level: Level) -> NDArray[np.float32]:
        """Return how far a picture is from the template under a motion, (n, 2), weighed by trust."""
        return (sample(image, self.moved(motion)) - level.values) * self.trust

    def moved(self, motion: Motion, every: int = 1) -> NDArray[np.float32]:
        """Return where the (every nth) pixels are seen after a motion, (n, 2) float32."""
        places = self.places[::every]
        steps = (motion.apply(places) - places) @ self.plane.matrix.T
        return (self.pixels[::every] + steps).astype(np.float32)


def rear_pixels(mask: NDArray[np.bool_], leg: LegPoints) -> FloatArray:
    """Return the pixels (n, 2) of the hind foot with a rim of floor: not the toes, which stay flat, nor the shank."""
    wide = cv2.dilate(mask.astype(np.uint8), _RIM)
    rows, columns = np.nonzero(wide)
    points = np.stack([columns, rows], axis=-1).astype(np.float64)
    up = leg.knee - leg.ankle
    up = up / max(float(np.linalg.norm(up)), 1e-9)
    sole = leg.toe - leg.heel
    ahead = (points - leg.heel) @ sole / float(sole @ sole)
    below = (points - leg.ankle) @ up < _ABOVE_ANKLE * WORKING_LENGTH
    return points[below & (ahead < _AHEAD) & (ahead > -_BEHIND)]


def clear_of_floor(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the part of a foot's mask that is not close above the floor.

    There the brightness is that of the foot's own shadow, and light comes in as soon as the heel is off the floor.
    """
    downward = np.zeros((2 * _SOLE_EDGE + 1, 1), dtype=np.uint8)
    downward[_SOLE_EDGE:] = 1
    return np.asarray(cv2.erode(mask.astype(np.uint8), downward, borderValue=1) > 0)


def build_template(
    images: tuple[Plane, ...], mask: NDArray[np.bool_], pixels: FloatArray, places: FloatArray, plane: SagittalPlane
) -> Template:
    """Read the channels of a rest crop at pixels (n, 2), with their answer to (angle, forward, down).

    `mask` tells where brightness is the foot's own.
    """
    columns, rows = pixels.astype(int).T
    trust = np.ones((len(pixels), 2), dtype=np.float32)
    trust[~mask[rows, columns], 0] = _FLOOR_TRUST
    steps = np.zeros((len(pixels), 2, 3))
    steps[:, :, 0] = places @ QUARTER_TURN.T @ plane.matrix.T
    steps[:, :, 1:] = plane.matrix
    where = pixels.astype(np.float32)
    levels = []
    for image in images:
        across = sample(_slope(image, 1, 0), where)
        down = sample(_slope(image, 0, 1), where)
        slopes = across[:, :, None] * steps[:, None, 0] + down[:, :, None] * steps[:, None, 1]
        levels.append(Level(sample(image, where), (slopes * trust[..., None]).astype(np.float32)))
    uneven = (levels[-1].values - levels[-1].values.mean(axis=0)) * trust
    return Template(plane, pixels, places, trust, tuple(levels), float(capped_mean(uneven[None])[0]))


def capped_mean(residuals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean capped residual of each of (k, n, 2)."""
    return np.asarray(np.minimum(np.abs(residuals), _CAP).mean(axis=(1, 2)), dtype=np.float32)


def _slope(image: Plane, across: int, down: int) -> NDArray[np.float32]:
    return np.asarray(cv2.Scharr(image, cv2.CV_32F, across, down, scale=1 / 32), dtype=np.float32)
