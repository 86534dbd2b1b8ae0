"""What the alignment looks at: how much a pixel's colour is the leg's, and a little of its high-passed brightness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs.window import Image

__all__ = ["LegColours", "Level", "Plane", "cells", "levels", "log_odds", "sample"]

Plane = NDArray[np.float32]
Cells = NDArray[np.int32]

# Blur of the coarse and of the fine level, working pixels.
_SIGMAS = (2.5, 1.0)
_HIGH_PASS = 6.0
_GREY_UNIT = 8.0
_GAIN = 2.0
_SHAPE = (16, 64, 64)
_FLOOR = 8e-6  # a colour never seen says nothing
_KERNEL = np.array([1.0, 4.0, 6.0, 4.0, 1.0], dtype=np.float32) / 16.0
_ONE = np.ones(1, dtype=np.float32)
_ACROSS = np.array([[-0.5, 0.0, 0.5]], dtype=np.float32)
_ROW = 512


def cells(image: Image) -> Cells:
    """Return the histogram cell of each RGB pixel: 16 steps of lightness, 64 of each Lab colour axis."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab).astype(np.int32)
    return np.asarray((lab[..., 0] >> 4) << 12 | (lab[..., 1] >> 2) << 6 | lab[..., 2] >> 2, dtype=np.int32)


def log_odds(leg: Cells, ground: Cells) -> Plane:
    """Return, for each cell, the logarithm of how much likelier it is on the leg than beside it."""
    return _odds(_histogram(leg), _histogram(ground))


class LegColours:
    """The colours of the legs against those round them; `table` maps a cell to -2 (beside) .. 2 (leg).

    `contrast` is how well the two were told apart at the start: 0 not at all, 4 without fail.
    """

    def __init__(self, leg: Cells, ground: Cells) -> None:
        self._leg = _histogram(leg)
        self._ground = _histogram(ground)
        self.table = self._squashed()
        self.contrast = float(self.table[leg].mean() - self.table[ground].mean()) if leg.size and ground.size else 0.0

    def learn_leg(self, found: Cells, weight: float) -> None:
        """Add colours that surely are leg, say because a shadow fell on it; `rebuild` makes them count."""
        self._leg += weight * _histogram(found)

    def rebuild(self) -> None:
        """Renew the table from all colours seen."""
        self.table = self._squashed()

    def _squashed(self) -> Plane:
        return np.asarray(_GAIN * np.tanh(0.5 * _odds(self._leg, self._ground)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One blur: `values` (h, w, 2), brightness detail and colour; `slopes` (h, w, 4), x of both, then y of both."""

    values: Plane
    slopes: Plane


def levels(image: Image, found: Cells, colours: LegColours) -> tuple[Level, ...]:
    """Return the coarse and the fine level of an RGB window whose colours lie in the cells `found`."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = (grey - cv2.GaussianBlur(grey, (0, 0), _HIGH_PASS)) / _GREY_UNIT
    both = cv2.merge([detail, colours.table[found]])
    return tuple(_level(cv2.GaussianBlur(both, (0, 0), sigma)) for sigma in _SIGMAS)


def sample(plane: Plane, points: NDArray[np.floating]) -> Plane:
    """Read a plane (h, w, c) between its pixels at points (n, 2); return (n, c). Beyond it the edge repeats."""
    rows = -(-len(points) // _ROW)  # remap takes no row longer than 32767
    grid = np.zeros((rows * _ROW, 2), dtype=np.float32)
    grid[: len(points)] = points
    x, y = (np.ascontiguousarray(grid[:, k].reshape(rows, _ROW)) for k in (0, 1))
    read = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, dtype=np.float32).reshape(rows * _ROW, -1)[: len(points)]


def _level(values: NDArray[np.generic]) -> Level:
    plane = np.asarray(values, dtype=np.float32)
    slopes = cv2.merge([cv2.filter2D(plane, -1, _ACROSS), cv2.filter2D(plane, -1, _ACROSS.T)])
    return Level(plane, np.asarray(slopes, dtype=np.float32))


def _histogram(found: Cells) -> NDArray[np.float32]:
    return np.bincount(found.ravel(), minlength=int(np.prod(_SHAPE))).astype(np.float32)


def _odds(leg: NDArray[np.float32], ground: NDArray[np.float32]) -> Plane:
    return np.asarray(np.log((_smoothed(leg) + _FLOOR) / (_smoothed(ground) + _FLOOR)), dtype=np.float32)


def _smoothed(histogram: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blur along each colour axis and scale to a sum of one."""
    border = cv2.BORDER_CONSTANT
    flat = cv2.sepFilter2D(histogram.reshape(16, -1), -1, _ONE, _KERNEL, borderType=border)
    flat = cv2.sepFilter2D(flat.reshape(-1, 64), -1, _KERNEL, _ONE, borderType=border)
    layers = [cv2.sepFilter2D(layer, -1, _ONE, _KERNEL, borderType=border) for layer in flat.reshape(_SHAPE)]
    return np.asarray(np.stack(layers) / max(float(histogram.sum()), 1.0), dtype=np.float32).ravel()
