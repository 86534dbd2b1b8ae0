"""The zero of a foot: how it stood, flat, at rest."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from formcheck.feet.anchor import Anchor
from formcheck.feet.mask import LegPoints
from formcheck.model import FloatArray

__all__ = ["FlatSense", "Zero", "as_flat", "maybe_flat_elsewhere", "same_stand", "sole_direction", "was_raised"]

_STEEPEST = math.radians(40.0)
_FLATTEST_SEEN = math.radians(8.0)
_FLAT_AGAIN = math.radians(4.0)  # landmarks show half of a turn: a rest that far off would spoil the zero
_FLAT_ELSEWHERE = math.radians(12.0)  # under a leg that leans, the line to a flat foot looks 5 to 10° steeper
_ELSEWHERE = 0.4  # foot lengths from the zero's place
_MEMORY_S = 10.0
_HEEL_LOWER = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Zero:
    """Rest values that outlive an anchor: heel height and sole direction are always told against these.

    `heel_y` is the picture row of the heel base; `sole_rad` and `sole_px` give the sole (see `Anchor`); `leg` are the
    rest landmarks, picture pixels.
    """

    heel_y: float
    sole_rad: float
    sole_px: float
    facing: float
    leg: LegPoints

    @classmethod
    def of(cls, anchor: Anchor) -> Zero:
        """Take the zero from a first anchor."""
        facing = anchor.template.plane.facing
        return cls(float(anchor.heel_base[1]), anchor.sole_rad, anchor.sole_px, facing, anchor.leg)

    def points(self, heel_x: float, height: float, angle: float) -> tuple[FloatArray, FloatArray]:
        """Return heel base and ball in the picture for a heel height (pixels) and a turn of the sole (radians)."""
        heel = np.array([heel_x, self.heel_y - height])
        direction = self.sole_rad + angle
        return heel, heel + self.sole_px * np.array([self.facing * math.cos(direction), math.sin(direction)])


class FlatSense:
    """Tell a flat foot from one held raised, before there is a zero: the sole has not been seen much flatter.

    The landmark line of a flat sole points down by anything from -10° to 30°, with shoe, camera height and view. So
    only the person's own is a measure. Should a first rest be a raised one all the same, `was_raised` shows it later.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def update(self, time_s: float, direction: float) -> None:
        """Add the sole direction (radians) of a frame."""
        self._seen.append((time_s, direction))
        while time_s - self._seen[0][0] > _MEMORY_S:
            self._seen.popleft()

    def accepts(self, leg: LegPoints) -> bool:
        """Tell whether a resting foot is as flat as it has been."""
        direction = sole_direction(leg)
        if not self._seen:
            return abs(direction) < _STEEPEST
        flattest = float(np.quantile([d for _, d in self._seen], 0.1))
        return abs(direction) < _STEEPEST and direction < flattest + _FLATTEST_SEEN


def sole_direction(leg: LegPoints) -> float:
    """Return how far the landmark line heel to toe points down from forward, radians."""
    step = leg.toe - leg.heel
    return math.atan2(float(step[1]), abs(float(step[0])))


def same_stand(zero: Zero, leg: LegPoints) -> bool:
    """Tell whether a rest is the zero's own foot again, as flat, as large and as high in the picture."""
    length = float(np.linalg.norm(zero.leg.toe - zero.leg.heel))
    now = float(np.linalg.norm(leg.toe - leg.heel))
    turned = (leg.toe[0] - leg.heel[0]) * zero.facing <= 0.0
    moved = abs(float(leg.heel[1] - zero.leg.heel[1])) > 0.5 * length
    return not turned and not moved and abs(now - length) < 0.15 * length


def as_flat(zero: Zero, leg: LegPoints) -> bool:
    """Tell whether a rest of the same stand has the foot flat like the zero."""
    return _off_flat(zero, leg) < _FLAT_AGAIN


def maybe_flat_elsewhere(zero: Zero, leg: LegPoints) -> bool:
    """Tell whether a rest a step from the zero's place may have the foot flat: a flat one looks otherwise there."""
    length = float(np.linalg.norm(zero.leg.toe - zero.leg.heel))
    stepped = abs(float(leg.heel[0] - zero.leg.heel[0])) > _ELSEWHERE * length
    return stepped and _off_flat(zero, leg) < _FLAT_ELSEWHERE


def _off_flat(zero: Zero, leg: LegPoints) -> float:
    return abs(sole_direction(leg) - sole_direction(zero.leg))


def was_raised(zero: Zero, leg: LegPoints) -> bool:
    """Tell whether a rest shows that the zero was not flat: the heel is lower now, the toes are where they were."""
    length = float(np.linalg.norm(zero.leg.toe - zero.leg.heel))
    heel, toe = leg.heel - zero.leg.heel, leg.toe - zero.leg.toe
    return float(heel[1]) > _HEEL_LOWER * length and float(np.linalg.norm(toe)) < 0.5 * float(heel[1])
