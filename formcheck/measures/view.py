"""From which side the camera sees a person, from landmarks alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.model import FloatArray, Side
from formcheck.skeleton import INDEX

__all__ = ["azimuth_deg", "body_height_px", "facing", "feet_azimuth_deg", "near_side"]

# The eyes stand at .936 of the height and the shoulder joints .20 of the height apart (Drillis and Contini 1966, body
# segment parameters: eye .936 H; the joint centres lie within the biacromial breadth of .259 H).
EYE_HEIGHT = 0.936
SHOULDER_SEPARATION = 0.20
# A foot is .152 of the height long (Drillis and Contini), from heel to foot index landmark some four fifths of that.
HEEL_TO_INDEX = 0.8 * 0.152


def _row(points: FloatArray, name: str) -> FloatArray:
    return np.asarray(points[..., INDEX[name], :], dtype=np.float64)


def _pair_mean(points: FloatArray, names: Sequence[str]) -> FloatArray:
    """Return the mean of landmarks, ignoring none: one NaN makes it NaN."""
    return np.asarray(np.mean([_row(points, name) for name in names], axis=0), dtype=np.float64)


def facing(points: FloatArray) -> FloatArray:
    """Return +1 where the person faces the right of the picture, -1 the left, shape (...) of points (..., n, 2).

    Read from both feet, heel to toe, and where these cancel (front view, missing) NaN.
    """
    steps = [_row(points, f"{side}_foot_index") - _row(points, f"{side}_heel") for side in ("left", "right")]
    ahead = np.mean(steps, axis=0)[..., 0]
    return np.asarray(np.where(ahead == 0.0, np.nan, np.sign(ahead)), dtype=np.float64)


def body_height_px(points: FloatArray) -> FloatArray:
    """Return the standing height in pixels, shape (...): lower heel to eyes over `EYE_HEIGHT`; upright people only."""
    eyes = _pair_mean(points, ("left_eye", "right_eye"))[..., 1]
    floor = np.maximum(_row(points, "left_heel")[..., 1], _row(points, "right_heel")[..., 1])
    return np.asarray((floor - eyes) / EYE_HEIGHT, dtype=np.float64)


def azimuth_deg(points: FloatArray, height_px: FloatArray | float | None = None) -> FloatArray:
    """Return the angle between the camera and the person's exact side view, degrees, shape (...).

    0 = from the side, 90 = from the front; negative = turned away, seen from behind. One frame of an upright person
    scatters by some degrees: take the median over a rest. `height_px` is the standing height in pixels where it is
    known; otherwise each frame's own is taken, which only holds for one who stands. NaN where a landmark is missing.
    """
    height = body_height_px(points) if height_px is None else np.asarray(height_px, dtype=np.float64)
    apart = (_row(points, "left_shoulder") - _row(points, "right_shoulder"))[..., 0]
    # The far shoulder is seen ahead of the near one when the chest is turned to the camera. Who faces right shows the
    # right side, so the far shoulder is the left one; facing left both signs flip.
    with np.errstate(invalid="ignore", divide="ignore"):
        sine = np.where(height > 0.0, apart / (SHOULDER_SEPARATION * height), np.nan)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), dtype=np.float64)


def feet_azimuth_deg(points: FloatArray) -> FloatArray:
    """Return from how far round the side the feet are seen, 0..90 degrees, shape (...); of an upright person.

    Read from how long both feet are across the picture, on the mean, for they turn out to either side. Near the front
    view this tells what shoulders cannot: there their breadth hardly changes. Near the side view it is the other way.
    """
    steps = [_row(points, f"{side}_foot_index") - _row(points, f"{side}_heel") for side in ("left", "right")]
    height = body_height_px(points)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.where(height > 0.0, np.abs(np.mean(steps, axis=0)[..., 0]) / (HEEL_TO_INDEX * height), np.nan)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0))), dtype=np.float64)


def near_side(points: FloatArray) -> Side:
    """Return the side that most frames of points (..., n, 2) show nearer to the camera; "both" when none says.

    Who faces the right of the picture shows the right side, from the front as from behind.
    """
    votes = float(np.nansum(facing(points)))
    if votes == 0.0:
        return "both"
    return "right" if votes > 0.0 else "left"
