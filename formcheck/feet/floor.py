"""Where the floor has gone: the slow motion of a camera held by hand."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.model import FloatArray

__all__ = ["Floor"]

_CORNERS = 60
_ENOUGH = 10
_WINDOW = (15, 15)
_AGREE_PX = 1.0  # points whose shift differs more from the median are not floor
_HALF_WIDTH = 2.5  # of the watched window, foot lengths; the floor near the foot is as far away as the foot
_ABOVE, _BELOW = 0.8, 0.8
_WIDEST = 360  # a wider window is looked at in a coarser scale


class Floor:
    """The floor round a resting foot, found again in later pictures. Always compared with the rest: no drift."""

    def __init__(self, image: NDArray[np.uint8], heel: FloatArray, toe: FloatArray) -> None:
        length = max(float(np.linalg.norm(toe - heel)), 1.0)
        middle = (heel + toe) / 2.0
        size = np.array(image.shape[1::-1])
        low = np.clip(middle - length * np.array([_HALF_WIDTH, _ABOVE]), 0, size - 1).astype(int)
        high = np.clip(middle + length * np.array([_HALF_WIDTH, _BELOW]), low + 1, size).astype(int)
        self._box = low, high
        self._scale = min(1.0, _WIDEST / float(high[0] - low[0]))
        self._rest = self._grey(image)
        self._corners = self._pick(heel, toe, length)
        self._shift = np.zeros(2)

    def shift(self, image: NDArray[np.uint8]) -> FloatArray:
        """Return how far the floor has moved since the rest, (2,) picture pixels; the last answer if unseen."""
        if len(self._corners) < _ENOUGH:
            return self._shift
        guess = (self._corners + self._shift * self._scale).astype(np.float32)
        now = self._grey(image)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            self._rest,
            now,
            self._corners[:, None],
            guess[:, None].copy(),
            winSize=_WINDOW,
            maxLevel=1,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
            minEigThreshold=1e-3,
        )
        steps = (np.asarray(found).reshape(-1, 2) - self._corners)[np.asarray(status).ravel() == 1]
        if len(steps) < _ENOUGH:
            return self._shift
        middle = np.median(steps, axis=0)
        near = np.linalg.norm(steps - middle, axis=1) < _AGREE_PX
        if near.sum() >= max(_ENOUGH, len(steps) // 2):
            self._shift = np.asarray(steps[near].mean(axis=0), dtype=np.float64) / self._scale
        return self._shift

    def _grey(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        (left, top), (right, bottom) = self._box
        grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
        if self._scale < 1.0:
            grey = cv2.resize(grey, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        return np.asarray(grey, dtype=np.uint8)

    def _pick(self, heel: FloatArray, toe: FloatArray, length: float) -> NDArray[np.float32]:
        """Return corners (n, 2) that lie on neither foot: clear of the ankle-to-toe band in which both stand."""
        free = np.full(self._rest.shape, 255, dtype=np.uint8)
        low, _ = self._box
        box = (np.stack([heel, toe]) - low) * self._scale
        reach = length * self._scale
        left, right = box[:, 0].min() - 0.7 * reach, box[:, 0].max() + 0.7 * reach
        bottom = box[:, 1].max() + 0.25 * reach
        cv2.rectangle(free, (round(left), 0), (round(right), round(bottom)), 0, cv2.FILLED)
        found = cv2.goodFeaturesToTrack(self._rest, _CORNERS, 0.02, 6, mask=free)
        return np.zeros((0, 2), np.float32) if found is None else np.asarray(found, dtype=np.float32).reshape(-1, 2)
