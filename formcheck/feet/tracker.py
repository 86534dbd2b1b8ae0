"""Fill in heel base and ball of both feet from the picture."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.feet.foot import Foot
from formcheck.feet.quality import FootMotion
from formcheck.feet.zero import Zero
from formcheck.measures.view import azimuth_deg, facing
from formcheck.model import FloatArray, Frame, PoseObservation
from formcheck.skeleton import SIDES, index

__all__ = ["FootTracker"]

_LEG = ("knee", "ankle", "heel", "foot_index")
_VISIBLE = 0.5
_VIEW_S = 1.0  # the azimuth is the median over this long
_TOE_OUT_DEG = 5.0  # feet point outward when standing: the near one to the camera, the far one away from it
_MAX_AZIMUTH_DEG = 68.0  # as far as the oblique view goes, and the toes out
_FAR_SEEN_DEG = 18.0  # nearer to the side view the far foot hides behind the near one


class FootTracker:
    """Refine observations: `update` once a frame, in order; causal, the same live and offline.

    The landmarks `*_heel_base` (point of the sole under the heel) and `*_ball` (first metatarsal head, as a point of
    the rigid hind foot) come out such that plain picture geometry reads the foot's motion in its own sagittal plane:

    - `heel_base` starts where the sole meets the floor under the heel; its y falls by exactly the height of the heel
      above its rest, in pixels of a vertical length at the foot (obliqueness and the slow drift of a hand-held camera
      taken out). So the y is not always the picture's own row; the x is.
    - `ball` lies one sole length from it, in the rest's picture direction of the sole turned by the true pitch. So a
      change of atan2 over the two points is the change of the sole's pitch, also seen obliquely.

    `sd_px` of `heel_base` is that of the heel height; `sd_px` of `ball` is such that
    hypot(sd heel_base, sd ball) / distance is the standard deviation of the sole's angle in radians (or more, where
    the height is the less certain of the two). Both are NaN before the first flat rest and in frames without the foot.
    """

    def __init__(self) -> None:
        self._feet = {side: Foot() for side in SIDES}
        self._views: deque[tuple[float, float, float]] = deque()

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        """Return the observation with the four foot points filled in."""
        points = np.asarray(observation.points, dtype=np.float64)
        out = observation.points.copy()
        sd = observation.sd_px.copy()
        azimuth, facing_sign = self._view(observation.time_s, points)
        for side in SIDES:
            heel, ball = index(side, "heel_base"), index(side, "ball")
            out[[heel, ball]], sd[[heel, ball]] = np.nan, np.nan
            near = (side == "right") == (facing_sign > 0)
            found = self._foot(side, frame, observation, azimuth, near)
            if found is not None:
                out[[heel, ball]], sd[[heel, ball]] = found
        return replace(observation, points=out, sd_px=sd)

    def _foot(
        self, side: Literal["left", "right"], frame: Frame, observation: PoseObservation, azimuth: float, near: bool
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return points (2, 2) and deviations (2,) of heel base and ball."""
        foot = self._feet[side]
        rows = [index(side, part) for part in _LEG]
        leg = np.asarray(observation.points[rows], dtype=np.float64)
        if not (math.isfinite(azimuth) and _usable(leg, observation.visibility[rows], observation.size)):
            foot.missed()
            return None
        # The inner side of a foot is hollow: the lower outline that it shows is its outer edge, beyond the middle
        # plane. So the far foot is read as if turned away by as much. (Measured on rendered feet; as if turned to the
        # camera, its turn comes out by a third too large.)
        turned = _TOE_OUT_DEG + (azimuth if near else -azimuth)
        image: NDArray[np.uint8] | None = frame.image if near or abs(azimuth) > _FAR_SEEN_DEG else None
        if abs(turned) > _MAX_AZIMUTH_DEG:
            image = None
        read = foot.update(image, observation.time_s, leg, math.radians(turned))
        if read is None or foot.zero is None:
            return None
        column, motion = read
        return _told(foot.zero, column, motion)

    def _view(self, time_s: float, points: FloatArray) -> tuple[float, float]:
        """Return the running azimuth (degrees) and facing (+1 right, -1 left) of the last second."""
        azimuth, sign = float(azimuth_deg(points)), float(facing(points))
        if math.isfinite(azimuth) and math.isfinite(sign):
            self._views.append((time_s, azimuth, sign))
        while self._views and time_s - self._views[0][0] > _VIEW_S:
            self._views.popleft()
        if not self._views:
            return math.nan, math.nan
        _, azimuths, signs = np.array(self._views).T
        return float(np.median(azimuths)), float(np.median(signs))


def _usable(leg: FloatArray, visibility: NDArray[np.float32], size: tuple[int, int]) -> bool:
    """Tell whether ankle, heel and toe were seen, inside the picture."""
    inside = (leg[1:] >= 0.0).all() and (leg[1:] < np.array(size)).all()
    return bool(np.isfinite(leg).all() and inside and (visibility[1:] > _VISIBLE).all())


def _told(zero: Zero, column: float, motion: FootMotion) -> tuple[FloatArray, FloatArray]:
    heel, ball = zero.points(column, motion.height, motion.angle)
    across = (motion.angle_sd * zero.sole_px) ** 2 - motion.height_sd**2
    ball_sd = math.sqrt(max(across, (0.25 * motion.height_sd) ** 2))
    return np.stack([heel, ball]), np.array([motion.height_sd, ball_sd])
