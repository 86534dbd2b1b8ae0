"""When a foot is at rest: its landmarks have kept their shape and place for a while."""

from __future__ import annotations

from collections import deque

import numpy as np

from formcheck.model import FloatArray

__all__ = ["REST_S", "RestDetector"]

REST_S = 0.4
# In foot lengths, over half of REST_S. A raise of 10 cm in 2 s changes the foot's shape by .035, and landmarks show at
# least half of it; a still foot in a real video trembles by .01. The whole may slide faster: a hand-held camera moves
# it by up to .05.
_SHAPE_CREEP = 0.02
_SLIDE = 0.08
_JITTER = 0.04


class RestDetector:
    """Tell whether the points of a foot have been still for `REST_S`. Call `update` or `missed` once a frame."""

    def __init__(self) -> None:
        self._window: deque[tuple[float, FloatArray]] = deque()

    def update(self, time_s: float, points: FloatArray, foot_length: float) -> bool:
        """Add points (n, 2) in the unit of `foot_length` and tell whether they rest."""
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
        stack = np.array([p for _, p in self._window]) / foot_length
        middle = stack.mean(axis=1, keepdims=True)
        shape = stack - middle
        half = len(stack) // 2
        creep = np.linalg.norm(shape[:half].mean(axis=0) - shape[-half:].mean(axis=0), axis=-1)
        slide = np.linalg.norm(middle[:half].mean(axis=0) - middle[-half:].mean(axis=0))
        jitter = np.sqrt(((shape - shape.mean(axis=0)) ** 2).sum(axis=-1).mean(axis=0))
        return bool(creep.max() < _SHAPE_CREEP and slide < _SLIDE and jitter.max() < _JITTER)
