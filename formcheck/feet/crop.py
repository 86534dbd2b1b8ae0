"""The part of the picture round one foot, scaled so that a foot is always equally long."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.model import FloatArray

__all__ = ["WORKING_LENGTH", "Crop"]

# Heel to toe landmark, seen from the side, in working pixels: every length of the method is tied to this one.
WORKING_LENGTH = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A window of the picture, `scale` working pixels per picture pixel, its corner at `origin` (x, y) of the picture.

    `size` is (width, height) in working pixels. What lies outside the picture repeats its edge.
    """

    origin: FloatArray
    scale: float
    size: tuple[int, int]

    @classmethod
    def around(cls, points: FloatArray, *, margin: tuple[float, float, float, float], scale: float) -> Crop:
        """Enclose points (n, 2) of the picture; `margin` is left, top, right, bottom in working pixels."""
        low = points.min(axis=0) - np.array(margin[:2]) / scale
        high = points.max(axis=0) + np.array(margin[2:]) / scale
        width, height = np.ceil((high - low) * scale).astype(int)
        return cls(low, scale, (int(width), int(height)))

    def shifted(self, step: FloatArray) -> Crop:
        """Return this window carried along by a step (2,) in picture pixels."""
        return replace(self, origin=self.origin + step)

    def inward(self, points: FloatArray) -> FloatArray:
        """Take picture points (..., 2) into the crop."""
        return np.asarray((points - self.origin) * self.scale, dtype=np.float64)

    def outward(self, points: FloatArray) -> FloatArray:
        """Take working points (..., 2) out into the picture."""
        return np.asarray(points / self.scale + self.origin, dtype=np.float64)

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the window of the picture as working pixels, RGB."""
        factor = max(1, round(1.0 / self.scale))
        corner, image = self._averaged(image, factor)
        shift = (self.origin - corner + 0.5) / factor - 0.5
        step = 1.0 / (self.scale * factor)
        back = np.array([[step, 0.0, shift[0]], [0.0, step, shift[1]]])
        out = cv2.warpAffine(
            image, back, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, dtype=np.uint8)

    def _averaged(self, image: NDArray[np.uint8], factor: int) -> tuple[FloatArray, NDArray[np.uint8]]:
        """Average blocks of pixels first: a fine texture would beat with the coarser grid. Return corner and blocks."""
        if factor == 1:
            return np.zeros(2), image
        low = np.floor(self.origin / factor).astype(int) * factor
        limit = np.array(image.shape[1::-1]) // factor * factor
        low = np.clip(low, 0, limit - factor)
        blocks = np.ceil((self.origin + np.array(self.size) / self.scale - low) / factor).astype(int) + 1
        high = np.clip(low + np.maximum(blocks, 1) * factor, None, limit)
        part = image[low[1] : high[1], low[0] : high[0]]
        size = tuple(int(v) for v in (high - low) // factor)
        return low.astype(np.float64), np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
