"""The part of the picture round one foot, scaled so that a foot is always equally long."""

from __future__ import annotations

from dataclasses import dataclass

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

    def inward(self, points: FloatArray) -> FloatArray:
        """Take picture points (..., 2) into the crop."""
        return np.asarray((points - self.origin) * self.scale, dtype=np.float64)

    def outward(self, points: FloatArray) -> FloatArray:
        """Take working points (..., 2) out into the picture."""
        return np.asarray(points / self.scale + self.origin, dtype=np.float64)

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the window of the picture as working pixels, RGB."""
        back = np.array([[1.0 / self.scale, 0.0, self.origin[0]], [0.0, 1.0 / self.scale, self.origin[1]]])
        if self.scale < 0.75:  # averaging first keeps a fine texture from beating with the coarser grid
            image, back = _shrunk(image, back, self.scale)
        out = cv2.warpAffine(
            image, back, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, dtype=np.uint8)


def _shrunk(image: NDArray[np.uint8], back: FloatArray, scale: float) -> tuple[NDArray[np.uint8], FloatArray]:
    """Halve (third, ...) the needed part of the picture by averaging, and correct the map into it."""
    factor = round(1.0 / scale)
    if factor < 2:
        return image, back
    height, width = image.shape[0] // factor * factor, image.shape[1] // factor * factor
    small = cv2.resize(image[:height, :width], (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    moved = back / factor
    moved[:, 2] += 0.5 / factor - 0.5
    return np.asarray(small, dtype=np.uint8), moved
