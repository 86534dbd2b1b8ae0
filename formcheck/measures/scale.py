"""How many centimetres a pixel is, from the person's own height."""

from __future__ import annotations

import numpy as np

from formcheck.measures.view import EYE_HEIGHT
from formcheck.model import FloatArray
from formcheck.skeleton import INDEX, index

__all__ = ["ASSUMED_STATURE_CM", "compute_standing_px"]

ASSUMED_STATURE_CM = 170.0

_HEEL_ABOVE_FLOOR = 0.03
"""The heel landmark stands above the floor by this share of the eye-to-heel distance."""
_BENT_DEG = 12.0


def compute_standing_px(points: FloatArray, side: str, knee_flexion_deg: FloatArray) -> FloatArray:
    """Stature in pixels, from the eye-to-floor distance as if standing straight.

    `points` (..., n, 2); returns (...). Upright it is the vertical distance; with the knee bent (a lunge's start) the
    folded leg is laid out straight, since the vertical distance would be too short.
    """
    eye = (points[..., INDEX["left_eye"], :] + points[..., INDEX["right_eye"], :]) / 2
    hip, knee, ankle, heel = (points[..., index(side, part), :] for part in ("hip", "knee", "ankle", "heel"))

    def span(a: FloatArray, b: FloatArray) -> FloatArray:
        d = a - b
        return np.asarray(np.hypot(d[..., 0], d[..., 1]))

    vertical = heel[..., 1] - eye[..., 1]
    laid_out = span(eye, hip) + span(hip, knee) + span(knee, ankle) + np.maximum(heel[..., 1] - ankle[..., 1], 0)
    px = np.where(knee_flexion_deg > _BENT_DEG, laid_out, vertical)
    return px * (1 + _HEEL_ABOVE_FLOOR) / EYE_HEIGHT
