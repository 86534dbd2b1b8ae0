"""How far to trust a foot's motion: what the picture's fit says, and what landmarks alone are worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.feet.align import Alignment
from formcheck.feet.crop import WORKING_LENGTH

__all__ = ["LOST_COST", "WORN_COST", "FootMotion", "from_landmarks", "from_picture"]

LOST_COST = 1.5  # mean capped residual above which the foot is not there (0.4 to 1.2 where it is)
WORN_COST = 0.95  # above this a resting template is renewed: light or clothes have changed


@dataclass(frozen=True, slots=True)
class FootMotion:
    """Motion since the rest: sole turn (radians, + = heel up about the ball) and heel height (picture pixels).

    Each with one standard deviation.
    """

    angle: float
    height: float
    angle_sd: float
    height_sd: float


def from_picture(found: Alignment, *, height: float, azimuth_rad: float, scale: float) -> FootMotion:
    """Dress an alignment with its uncertainty. Lengths in picture pixels; `scale` is working per picture pixel."""
    angle = found.motion.angle
    foot = WORKING_LENGTH / scale
    misfit = max(0.0, found.cost - 0.7)
    lever = 0.06 + 0.12 * math.tan(abs(azimuth_rad))
    angle_sd = math.hypot(math.radians(1.0), math.sqrt(float(found.covariance[0, 0])), lever * angle, 0.1 * misfit)
    height_sd = math.hypot(0.012 * foot, lever * height, 0.06 * foot * misfit)
    return FootMotion(angle, height, angle_sd, height_sd)


def from_landmarks(angle: float, height: float, foot: float) -> FootMotion:
    """Dress the landmarks' own motion: the network shows half to all of a turn, three quarters to all of a rise."""
    angle_sd = math.hypot(math.radians(4.0), 0.8 * angle)
    height_sd = math.hypot(0.05 * foot, 0.35 * height)
    return FootMotion(angle, height, angle_sd, height_sd)
