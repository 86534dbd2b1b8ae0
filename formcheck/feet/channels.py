"""What the alignment looks at: high-passed brightness, and how much a pixel's colour is the foot's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGMAS", "ColourModel", "brightness", "colour_index", "planes", "relit"]

Plane = NDArray[np.float32]

SIGMAS = (2.5, 1.0)
"""Blur of the coarse and the fine level, working pixels."""

_HIGH_PASS = 6.0
_DARK = 80.0  # grey levels of noise and glare: below these, ratios mean ever less
_GREY_UNIT = 8.0 / (128.0 + _DARK)  # eight levels at medium brightness
# Ratios, not differences: dark skin shows its form as well as light skin, and a lamp more or less changes nothing.
_LOGARITHM = (np.log(np.arange(256) + _DARK) / _GREY_UNIT).astype(np.float32)
_COLOUR_GAIN = 2.5
_SAME_LIGHT = 0.08
_SHAPE = (16, 64, 64)
_KERNEL = np.array([1.0, 4.0, 6.0, 4.0, 1.0], dtype=np.float32) / 16.0
_ONE = np.ones(1, dtype=np.float32)


def colour_index(image: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the histogram cell of each RGB pixel: 16 steps of lightness, 64 of each Lab colour axis."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab).astype(np.int32)
    return np.asarray((lab[..., 0] >> 4) << 12 | (lab[..., 1] >> 2) << 6 | lab[..., 2] >> 2, dtype=np.int32)


class ColourModel:
    """Colours of the foot against those round it; `table` maps a histogram cell to -1 (floor) .. 1 (foot)."""

    def __init__(self, foot_cells: NDArray[np.int32], floor_cells: NDArray[np.int32]) -> None:
        self._foot = _histogram(foot_cells)
        self._floor = _histogram(floor_cells)
        self.table = self._log_odds()

    def learn_floor(self, cells: NDArray[np.int32], weight: float) -> None:
        """Add colours of floor that only now came into sight; `rebuild` makes them count."""
        self._floor += weight * _histogram(cells)

    def rebuild(self) -> None:
        """Renew the table from all colours seen."""
        self.table = self._log_odds()

    def _log_odds(self) -> NDArray[np.float32]:
        foot, floor = _smoothed(self._foot), _smoothed(self._floor)
        odds = np.log((foot + 8e-6) / (floor + 8e-6))
        return np.asarray(_COLOUR_GAIN * np.tanh(0.5 * odds), dtype=np.float32)


def planes(image: NDArray[np.uint8], colours: ColourModel) -> tuple[Plane, ...]:
    """Return, for each of `SIGMAS`, the two channels (height, width, 2) of an RGB crop."""
    grey = _LOGARITHM[cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)]
    detail = grey - cv2.GaussianBlur(grey, (0, 0), _HIGH_PASS)
    both = np.dstack([detail, colours.table[colour_index(image)]])
    return tuple(np.asarray(cv2.GaussianBlur(both, (0, 0), sigma), dtype=np.float32) for sigma in SIGMAS)


def brightness(image: NDArray[np.uint8]) -> float:
    """Return the mean of an RGB crop, grey levels."""
    return float(np.mean(cv2.mean(image)[:3]))


def relit(image: NDArray[np.uint8], wanted: float) -> NDArray[np.uint8]:
    """Return a crop as bright as `wanted`, if lamp or exposure changed; a foot that moves changes the mean less."""
    gain = wanted / max(brightness(image), 1.0)
    if abs(gain - 1.0) < _SAME_LIGHT:
        return image
    return np.asarray(cv2.convertScaleAbs(image, alpha=gain), dtype=np.uint8)


def _histogram(cells: NDArray[np.int32]) -> NDArray[np.float32]:
    counts = np.bincount(cells.ravel(), minlength=int(np.prod(_SHAPE)))
    return counts.astype(np.float32)


def _smoothed(histogram: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blur along each colour axis and scale to a sum of one."""
    border = cv2.BORDER_CONSTANT
    flat = cv2.sepFilter2D(histogram.reshape(16, -1), -1, _ONE, _KERNEL, borderType=border)
    flat = cv2.sepFilter2D(flat.reshape(-1, 64), -1, _KERNEL, _ONE, borderType=border)
    layers = [cv2.sepFilter2D(layer, -1, _ONE, _KERNEL, borderType=border) for layer in flat.reshape(_SHAPE)]
    return np.asarray(np.stack(layers) / max(float(histogram.sum()), 1.0), dtype=np.float32).ravel()
