"""The sagittal plane of a foot as the picture shows it, and rigid motion inside that plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.model import FloatArray

__all__ = ["QUARTER_TURN", "Motion", "SagittalPlane", "rotation"]

QUARTER_TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def rotation(angle_rad: float) -> FloatArray:
    """Return the 2×2 turn that, in (forward, down), lifts what lies behind the origin when the angle is positive."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[c, -s], [s, c]])


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """A rigid motion in the plane since the rest: X' = R(angle) X + shift; radians, working pixels."""

    angle: float
    shift: FloatArray

    def apply(self, points: FloatArray) -> FloatArray:
        """Move points of shape (..., 2)."""
        return points @ rotation(self.angle).T + self.shift

    def travel(self, point: FloatArray) -> FloatArray:
        """Return how far one point (2,) is carried."""
        return self.apply(point) - point

    def after_step(self, step: FloatArray) -> Motion:
        """Return self ∘ step⁻¹, the inverse-compositional update; `step` is (angle, forward, down)."""
        angle = self.angle - float(step[0])
        return Motion(angle, self.shift - rotation(angle) @ step[1:])


@dataclass(frozen=True, slots=True, eq=False)
class SagittalPlane:
    """How the plane (forward, down) of a foot maps to the picture.

    `facing` is +1 when the toes point to the right of the picture. `azimuth_rad` is the angle between the line of
    sight and the plane's normal. `tilt` is the tangent of the look down at the foot. The camera is taken as level:
    then a vertical length is as long in the picture as seen from the side.

    A point beside the plane by `lateral` (towards the camera) is seen shifted backward by lateral · sin(azimuth) and
    down by lateral · cos(azimuth) · tilt, and keeps that offset while the foot pitches: so each picture point needs its
    own lateral place before it can be turned.
    """

    facing: float
    azimuth_rad: float
    tilt: float

    @property
    def matrix(self) -> FloatArray:
        """Return A with picture step = A · (forward, down)."""
        cosine, sine = math.cos(self.azimuth_rad), math.sin(self.azimuth_rad)
        return np.array([[self.facing * cosine, 0.0], [self.tilt * sine, 1.0]])

    def to_plane(self, offsets: FloatArray, lateral: FloatArray | float = 0.0) -> FloatArray:
        """Return (forward, down) of picture offsets (..., 2) from the plane's origin, given their lateral place."""
        cosine, sine = math.cos(self.azimuth_rad), math.sin(self.azimuth_rad)
        aside = np.asarray(lateral)
        forward = (self.facing * offsets[..., 0] + aside * sine) / cosine
        return np.stack([forward, offsets[..., 1] - self.tilt * (sine * forward + cosine * aside)], axis=-1)
