"""When a leg is at rest: its landmarks have stood still for a while."""

from __future__ import annotations

from collections import deque

import numpy as np

from formcheck.model import FloatArray

__all__ = ["RestDetector"]

REST_S = 0.4
# In foot lengths. A slow raise (10 cm in 3 s) moves the means of two halves of 0.4 s apart by .03; jitter does not.
_CREEP = 0.015
_JITTER = 0.03


class RestDetector:
    """Tell whether the points of a leg have been still for `REST_S`. Call `update` once a frame, seen or not."""

    def __init__(self) -> None:
        self._window: deque[tuple[float, FloatArray]] = deque()

    def update(self, time_s: float, points: FloatArray, foot_length: float) -> bool:
        """Add points (n, 2); a NaN empties the memory. Lengths in the same unit as `foot_length`."""
        if not (np.isfinite(points).all() and foot_length > 0.0):
            self.missed()
            return False
        self._window.append((time_s, points))
        while len(self._window) > 2 and time_s - self._window[1][0] >= REST_S:
            self._window.popleft()
        if time_s - self._window[0][0] < REST_S or len(self._window) < 3:
            return False
        return self._still(foot_length)

    def missed(self) -> None:
        """Forget: what was not seen may have moved."""
        self._window.clear()

    def points(self) -> FloatArray:
        """Return the median (n, 2) of what is remembered."""
        return np.asarray(np.median([p for _, p in self._window], axis=0), dtype=np.float64)

    def _still(self, foot_length: float) -> bool:
        stack = np.array([p for _, p in self._window])
        half = len(stack) // 2
        creep = np.linalg.norm(stack[:half].mean(axis=0) - stack[-half:].mean(axis=0), axis=-1)
        jitter = np.sqrt(((stack - stack.mean(axis=0)) ** 2).sum(axis=-1).mean(axis=0))
        return bool(creep.max() < _CREEP * foot_length and jitter.max() < _JITTER * foot_length)
