"""When a person seen from the front is at rest: still, upright, and as low as they stand."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from formcheck.measures.view import azimuth_deg, feet_azimuth_deg
from formcheck.model import FloatArray
from formcheck.skeleton import INDEX, SIDES, index

__all__ = ["Rest", "RestFinder", "stance"]

REST_S = 0.4
_MEMORY_S = 30.0
_EVERY_S = 0.1

# In nose-to-ankle heights. A slow raise (10 cm in 3 s) lifts the body .003 between the halves of REST_S.
_CREEP = 0.003
_JITTER = 0.012
_LOWEST = 0.012
_UPRIGHT = 0.96
_STEPPED = 0.03
_TURNED_DEG = 20.0

_FEET = [index(side, part) for side in SIDES for part in ("ankle", "foot_index")]
_TRUNK = [index(side, part) for side in SIDES for part in ("shoulder", "hip")]
_USED = sorted({INDEX["nose"], *_FEET, *_TRUNK, *(index(side, "knee") for side in SIDES)})


def stance(points: FloatArray) -> tuple[float, float, float, float]:
    """Return (level of the trunk, height, length of the shorter leg, middle of the feet in x) of points (n, 2), pixels.

    A leg's length is that of the hips above its ankle; the shorter one's, for in a step down one leg bends while the
    other one reaches down.
    """
    ankle_ys = points[[index(side, "ankle") for side in SIDES], 1]
    ankles = float(ankle_ys.mean())
    hips = float(points[[index(side, "hip") for side in SIDES], 1].mean())
    level = float(points[_TRUNK, 1].mean())
    return level, ankles - float(points[INDEX["nose"], 1]), float(ankle_ys.min()) - hips, float(points[_FEET, 0].mean())


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A rest: median `points` (n, 2), `level` of the trunk, `height` and `feet_x` in pixels, unsigned `azimuth_deg`.

    `feet_deg` is the azimuth as the feet tell it, the better one near the front view.
    """

    points: FloatArray
    level: float
    height: float
    feet_x: float
    azimuth_deg: float
    feet_deg: float

    @property
    def shank_px(self) -> float:
        """Return how long the shanks are, the mean of both."""
        knees, ankles = (self.points[[index(side, name) for side in SIDES]] for name in ("knee", "ankle"))
        return float(np.linalg.norm(ankles - knees, axis=-1).mean())

    def left_for(self, other: Rest) -> bool:
        """Whether the person has since stepped elsewhere, come nearer, turned, or turned out to stand lower."""
        if abs(other.azimuth_deg - self.azimuth_deg) > _TURNED_DEG:
            return True
        stepped = abs(other.feet_x - self.feet_x) > _STEPPED * self.height
        sized = abs(other.height - self.height) > _STEPPED * self.height
        return stepped or sized or other.level - self.level > _LOWEST * self.height


class RestFinder:
    """Tell whether a person stands at rest. Call `update` once a frame, seen or not."""

    def __init__(self) -> None:
        self._window: deque[tuple[float, FloatArray]] = deque()
        self._past: deque[tuple[float, float, float, float]] = deque()  # time, level, extension, middle of the feet

    def update(self, time_s: float, points: FloatArray) -> Rest | None:
        """Add landmarks (n, 2) in pixels; return the rest they end, or None. A NaN empties the window."""
        if not np.isfinite(points[_USED]).all():
            self._window.clear()
            return None
        level, height, extension, feet_x = stance(points)
        if height <= 0.0:
            self._window.clear()
            return None
        self._remember(time_s, level, extension, feet_x, height)
        self._window.append((time_s, points))
        while len(self._window) > 2 and time_s - self._window[1][0] >= REST_S:
            self._window.popleft()
        if time_s - self._window[0][0] < REST_S - 1e-6 or len(self._window) < 3 or not self._still(height):
            return None
        return self._rest()

    def _remember(self, time_s: float, level: float, extension: float, feet_x: float, height: float) -> None:
        if self._past and abs(feet_x - self._past[-1][3]) > _STEPPED * height:
            self._past.clear()  # another place: levels no longer compare
        if not self._past or time_s - self._past[-1][0] >= _EVERY_S:
            self._past.append((time_s, level, extension, feet_x))
        while time_s - self._past[0][0] > _MEMORY_S:
            self._past.popleft()

    def _still(self, height: float) -> bool:
        stack = np.array([points[_USED] for _, points in self._window])
        half = len(stack) // 2
        trunk = np.array([points[_TRUNK, 1].mean() for _, points in self._window])
        creep = abs(float(trunk[:half].mean() - trunk[-half:].mean()))
        jitter = np.sqrt(((stack - stack.mean(axis=0)) ** 2).sum(axis=-1).mean(axis=0))
        return creep < _CREEP * height and float(jitter.max()) < _JITTER * height

    def _rest(self) -> Rest | None:
        points = np.asarray(np.median([points for _, points in self._window], axis=0), dtype=np.float64)
        level, height, extension, feet_x = stance(points)
        past = np.array(self._past)
        lowest, longest = float(past[:, 1].max()), float(np.percentile(past[:, 2], 90))
        if lowest - level > _LOWEST * height or extension < _UPRIGHT * longest:
            return None
        turned, feet_deg = abs(float(azimuth_deg(points))), float(feet_azimuth_deg(points))
        return Rest(points, level, height, feet_x, turned, feet_deg)
