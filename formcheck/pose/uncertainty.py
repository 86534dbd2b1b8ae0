"""How far a landmark may be off: an estimate, to weigh landmarks by, not a guarantee."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.skeleton import LANDMARKS, MODEL_LANDMARKS

__all__ = ["landmark_sd_px"]

# Per coordinate, as a share of the person's extent in the picture, for a fully visible landmark. From rendered clips
# with exact joint positions: 68th percentile of |landmark − truth| · visibility / extent, less each clip's offset at
# rest. A landmark drifts with the movement (the heel along the sole), and that is part of it; frame to frame it is
# steadier. The face and the hands were not measured and take the value of their neighbours.
_TORSO: Final = 0.0055
_ARM: Final = 0.0035
_LEG: Final = 0.0045
_FOOT: Final = 0.0050
VISIBILITY_FLOOR: Final = 0.2
"""Below this visibility a landmark is a guess, and the estimate says no more about it."""


def _share(name: str) -> float:
    part = name.removeprefix("left_").removeprefix("right_")
    if part in ("knee", "ankle"):
        return _LEG
    if part in ("heel", "foot_index"):
        return _FOOT
    return _ARM if part in ("elbow", "wrist", "pinky", "index", "thumb") else _TORSO


_SHARES: Final = np.array([_share(name) for name in LANDMARKS], dtype=np.float32)


def landmark_sd_px(points: NDArray[np.float32], visibility: NDArray[np.float32]) -> NDArray[np.float32]:
    """Estimate one standard deviation (px, per coordinate) of each landmark.

    `points` (n, 2) and `visibility` (n,) in the order of `LANDMARKS`. It grows with the person's size in the picture
    (the longer side of the box round the model's landmarks) and with falling visibility. NaN where the point is NaN.
    """
    body = points[: len(MODEL_LANDMARKS)]
    extent = np.max(np.max(body, axis=0) - np.min(body, axis=0))
    sd = _SHARES * extent / np.maximum(visibility, np.float32(VISIBILITY_FLOOR))
    return np.where(np.isfinite(points[:, 0]), sd, np.float32(np.nan)).astype(np.float32)
