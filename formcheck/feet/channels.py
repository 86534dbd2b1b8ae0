"""What the alignment looks at: high-passed brightness, and how much a pixel's colour is the foot's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pixels import Cells, Plane, colour_cells, histogram, log_odds

__all__ = ["SIGMAS", "brightness", "colour_table", "planes", "relit"]

SIGMAS = (2.5, 1.0)
"""Blur of the coarse and the fine level, working pixels."""

_HIGH_PASS = 6.0
_DARK = 80.0  # grey levels of noise and glare: below these, ratios mean ever less
_GREY_UNIT = 8.0 / (128.0 + _DARK)  # eight levels at medium brightness
# Ratios, not differences: dark skin shows its form as well as light skin, and a lamp more or less changes nothing.
_LOGARITHM = (np.log(np.arange(256) + _DARK) / _GREY_UNIT).astype(np.float32)
_COLOUR_GAIN = 2.5
_SAME_LIGHT = 0.08


def colour_table(foot: Cells, floor: Cells) -> Plane:
    """Map each histogram cell to -2.5 (floor) .. 2.5 (foot), from the cells seen on the foot and round it."""
    odds = log_odds(histogram(foot), histogram(floor))
    return np.asarray(_COLOUR_GAIN * np.tanh(0.5 * odds), dtype=np.float32)


def planes(image: NDArray[np.uint8], colours: Plane) -> tuple[Plane, ...]:
    """Return, for each of `SIGMAS`, the two channels (height, width, 2) of an RGB crop, given its colour table."""
    grey = _LOGARITHM[cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)]
    detail = grey - cv2.GaussianBlur(grey, (0, 0), _HIGH_PASS)
    both = np.dstack([detail, colours[colour_cells(image)]])
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
