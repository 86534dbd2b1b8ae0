"""How far to trust a foot's motion: what the picture's fit says, and what landmarks alone are worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.feet.align import Alignment
from formcheck.feet.crop import WORKING_LENGTH

__all__ = ["LOST_MISFIT", "MOVED", "FootMotion", "expected_misfit", "from_landmarks", "from_picture"]

LOST_MISFIT = 1.3  # above this the foot is not there (a moving one leaves .3 to 1.1, an absent one 1.4 to 2.3)

_REST_MISFIT, _MOVED_MISFIT = 0.15, 0.6
MOVED = math.radians(12.0)
_GOOD_STRAIN = 0.7
_ANGLE_PER_MISFIT = 0.15  # radians
_HEIGHT_PER_MISFIT = 0.08  # foot lengths
_ANGLE_SD = math.radians(0.8)
_HEIGHT_SD = 0.012
_SHARE, _ANGLE_OBLIQUE, _HEIGHT_OBLIQUE = 0.04, 0.10, 0.16
_INNER_RAD, _INNER_SHARE = -0.15, 0.12  # seen on its inner side or from behind: a less certain shape
_STICKING = 0.13  # a foot that has just begun to move is held back by light that stays where it was
_ANGLE_PER_STRAIN = math.radians(1.0)
_HEIGHT_PER_STRAIN = 0.9


@dataclass(frozen=True, slots=True)
class FootMotion:
    """Motion since the rest: sole turn (radians, + = heel up about the ball) and heel height (picture pixels).

    Each with one standard deviation.
    """

    angle: float
    height: float
    angle_sd: float
    height_sd: float


def from_picture(found: Alignment, *, height: float, strain: float, azimuth_rad: float, scale: float) -> FootMotion:
    """Dress an alignment with its uncertainty.

    `height` in picture pixels, `scale` working per picture pixel, `strain` how far the picture drew the pivot from its
    place, working pixels: both cannot be right, so what they disagree by is doubt. The share of the motion itself is
    that of an azimuth some degrees off, of a foot shape that is a mean one, and obliquely of perspective.
    """
    angle = found.motion.angle
    foot = WORKING_LENGTH / scale
    misfit = max(0.0, found.misfit - expected_misfit(angle))
    doubt = max(0.0, strain - _GOOD_STRAIN)
    oblique = math.tan(abs(azimuth_rad))
    share = _SHARE + (_INNER_SHARE if azimuth_rad < _INNER_RAD else 0.0)
    angle_sd = math.hypot(
        _ANGLE_SD,
        math.sqrt(float(found.covariance[0, 0])),
        (share + _ANGLE_OBLIQUE * oblique) * angle,
        _STICKING * min(abs(angle), MOVED),
        _ANGLE_PER_MISFIT * misfit,
        _ANGLE_PER_STRAIN * doubt,
    )
    height_sd = math.hypot(
        _HEIGHT_SD * foot,
        (share + _HEIGHT_OBLIQUE * oblique) * height,
        _STICKING * min(abs(height), 0.2 * foot),
        _HEIGHT_PER_MISFIT * foot * misfit,
        _HEIGHT_PER_STRAIN * doubt / scale,
    )
    return FootMotion(angle, height, angle_sd, height_sd)


def expected_misfit(angle: float) -> float:
    """Return the misfit of a well-followed foot: a turned one shows other sides, a resting one must look like the rest.

    More than that near the rest means that the foot has begun to move and the picture still clings to its zero.
    """
    return _REST_MISFIT + (_MOVED_MISFIT - _REST_MISFIT) * min(abs(angle) / MOVED, 1.0)


def from_landmarks(angle: float, height: float, foot: float) -> FootMotion:
    """Dress the landmarks' own motion: the network shows half to all of a turn, three quarters to all of a rise."""
    angle_sd = math.hypot(math.radians(4.0), 0.8 * angle)
    height_sd = math.hypot(0.05 * foot, 0.35 * height)
    return FootMotion(angle, height, angle_sd, height_sd)
