"""A foot that stands: it turns about the ball when the heel rises, about the heel when the toes do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.feet.geometry import QUARTER_TURN, Motion, rotation
from formcheck.model import FloatArray

__all__ = ["Pivot"]

_SPREAD = 0.7  # working pixels (.012 of a foot) by which the pivot may leave its place
_FOLLOW_PER_S = 1.5  # how fast the place of a resting foot follows what is seen (hand-held cameras)


@dataclass(frozen=True, slots=True, eq=False)
class Pivot:
    """Ball and heel points (2,) of the sagittal plane, and `drift` (2,), where the standing foot has slid to."""

    ball: FloatArray
    heel: FloatArray
    drift: FloatArray

    def point(self, angle: float) -> FloatArray:
        """Return the point that stays where it is at this angle."""
        return self.ball if angle > 0.0 else self.heel

    def standing(self, angle: float) -> Motion:
        """Return the motion of a standing foot with this sole angle."""
        point = self.point(angle)
        return Motion(angle, point - rotation(angle) @ point + self.drift)

    def pull(self, motion: Motion) -> tuple[FloatArray, FloatArray]:
        """Return normal matrix (3, 3) and right side (3,) that draw a motion's pivot back to its place."""
        point = self.point(motion.angle)
        away = (motion.travel(point) - self.drift) / _SPREAD
        jacobian = rotation(motion.angle) @ np.column_stack([QUARTER_TURN @ point, np.eye(2)]) / _SPREAD
        return jacobian.T @ jacobian, jacobian.T @ away

    def strain(self, motion: Motion) -> float:
        """Return how far the pivot was pulled away, in working pixels."""
        return float(np.linalg.norm(motion.travel(self.point(motion.angle)) - self.drift))

    def following(self, motion: Motion, elapsed_s: float) -> Pivot:
        """Let the drift follow a resting foot. The angle's zero is not touched, so it cannot drift.

        The pivot is what stands: a heel held a little raised has left its place, and that is no drift.
        """
        share = 1.0 - float(np.exp(-_FOLLOW_PER_S * elapsed_s))
        return replace(self, drift=self.drift + share * (motion.travel(self.point(motion.angle)) - self.drift))
