"""The part of the picture round both legs, scaled so that a shank is always equally long."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.model import FloatArray

__all__ = ["SHANK", "Image", "Window"]

Image = NDArray[np.uint8]

# Knee to ankle landmark in working pixels: every length of the method is tied to this one.
SHANK = 100.0

# Left, top, right, bottom, in working pixels, round knees, ankles and toes: room for the raised knee and for the band
# of background that the leg's colour is told from.
_MARGIN = (0.45 * SHANK, 0.80 * SHANK, 0.45 * SHANK, 0.20 * SHANK)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A rectangle of the picture, `scale` working pixels per picture pixel, its corner at `origin` (x, y)."""

    origin: FloatArray
    scale: float
    size: tuple[int, int]

    @classmethod
    def around(
        cls, points: FloatArray, shank_px: float, *, margin: tuple[float, float, float, float] = _MARGIN
    ) -> Window:
        """Enclose picture points (n, 2) with a `margin` (left, top, right, bottom; working pixels) for the movement."""
        scale = SHANK / shank_px
        low = points.min(axis=0) - np.array(margin[:2]) / scale
        high = points.max(axis=0) + np.array(margin[2:]) / scale
        width, height = np.ceil((high - low) * scale).astype(int)
        return cls(low, scale, (int(width), int(height)))

    def inward(self, points: FloatArray) -> FloatArray:
        """Take picture points (..., 2) into working pixels."""
        return np.asarray((points - self.origin) * self.scale, dtype=np.float64)

    def cut(self, image: Image) -> Image:
        """Return the window of an RGB picture in working pixels; beyond the picture its edge repeats."""
        low = np.floor(self.origin).astype(int) - 2
        high = np.ceil(self.origin + np.array(self.size) / self.scale).astype(int) + 2
        (x0, y0), (x1, y1) = np.maximum(low, 0), np.minimum(high, image.shape[1::-1])
        part, origin, scale = image[y0:y1, x0:x1], self.origin - (x0, y0), self.scale
        if scale < 0.75:  # averaging first keeps a fine texture from beating with the coarser grid
            factor = round(1.0 / scale)
            shrunk = (max(part.shape[1] // factor, 1), max(part.shape[0] // factor, 1))
            part = np.asarray(cv2.resize(part, shrunk, interpolation=cv2.INTER_AREA), dtype=np.uint8)
            origin, scale = (origin + 0.5) / factor - 0.5, scale * factor
        back = np.array([[1.0 / scale, 0.0, origin[0]], [0.0, 1.0 / scale, origin[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        out = cv2.warpAffine(part, back, self.size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(out, dtype=np.uint8)
