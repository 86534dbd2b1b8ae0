"""Angles in the picture plane, from pixel coordinates (x right, y down). Degrees; NaN in, NaN out.

Every function takes points of shape (..., 2) and broadcasts over the leading axes.
"""

from __future__ import annotations

import numpy as np

from formcheck.model import FloatArray

__all__ = [
    "compute_inclination",
    "compute_joint_flexion",
    "compute_segment_angle_sd",
    "compute_sole_pitch",
    "turn_to_side",
]


def compute_inclination(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Angle of the line lower→upper against the vertical; positive where the upper point lies to the right.

    Shank inclination (knee over ankle) and trunk lean (shoulder over hip) are this, times the way the person faces.
    """
    d = upper - lower
    return np.degrees(np.arctan2(d[..., 0], -d[..., 1]))


def compute_joint_flexion(a: FloatArray, joint: FloatArray, b: FloatArray) -> FloatArray:
    """Angle by which a joint is bent, 0 when `a`, `joint` and `b` lie in line; never negative."""
    u, v = joint - a, b - joint
    cross = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return np.asarray(np.degrees(np.abs(np.arctan2(cross, (u * v).sum(axis=-1)))))


def compute_sole_pitch(heel: FloatArray, toe: FloatArray) -> FloatArray:
    """Pitch of the sole line against the horizontal; positive with the heel above the toe, whichever way it points."""
    d = toe - heel
    return np.degrees(np.arctan2(d[..., 1], np.abs(d[..., 0])))


def compute_segment_angle_sd(a: FloatArray, b: FloatArray, sd_a: FloatArray, sd_b: FloatArray) -> FloatArray:
    """Return the standard deviation (deg) of the direction a→b, given one of each end (px), errors independent."""
    d = b - a
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.degrees(np.hypot(sd_a, sd_b) / np.hypot(d[..., 0], d[..., 1])))


def turn_to_side(inclination: FloatArray, azimuth_deg: float) -> FloatArray:
    """Return the inclination that a segment moving in the sagittal plane has from exactly the side.

    An oblique camera foreshortens what lies horizontally by the cosine of its azimuth, and leaves heights alone.
    """
    lean = np.radians(inclination)
    return np.asarray(np.degrees(np.arctan2(np.sin(lean), np.cos(lean) * np.cos(np.radians(azimuth_deg)))))
