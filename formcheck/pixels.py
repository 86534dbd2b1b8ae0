"""What feet and legs are told by in a picture: colours that are theirs, and values between pixels."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "Plane", "colour_cells", "cut_out", "histogram", "log_odds", "sample"]

Plane = NDArray[np.float32]
Cells = NDArray[np.int32]

_SHAPE: Final = (16, 64, 64)
_NEVER_SEEN: Final = 8e-6  # a colour never seen says nothing
_KERNEL: Final = np.array([1.0, 4.0, 6.0, 4.0, 1.0], dtype=np.float32) / 16.0
_ONE: Final = np.ones(1, dtype=np.float32)
_ROUNDS: Final = 4
_ROW: Final = 512


def colour_cells(image: NDArray[np.uint8]) -> Cells:
    """Return the histogram cell of each RGB pixel: 16 steps of lightness, 64 of each Lab colour axis."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab).astype(np.int32)
    return np.asarray((lab[..., 0] >> 4) << 12 | (lab[..., 1] >> 2) << 6 | lab[..., 2] >> 2, dtype=np.int32)


def histogram(cells: Cells) -> Plane:
    """Count how often each cell occurs."""
    return np.bincount(cells.ravel(), minlength=int(np.prod(_SHAPE))).astype(np.float32)


def log_odds(limb: Plane, ground: Plane) -> Plane:
    """Return, for each cell of two histograms, the logarithm of how much likelier it is on the limb than beside it."""
    return np.asarray(np.log((_smoothed(limb) + _NEVER_SEEN) / (_smoothed(ground) + _NEVER_SEEN)), dtype=np.float32)


def cut_out(image: NDArray[np.uint8], seeds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return what GrabCut takes for the limb; its seeds (h, w), of four kinds, become what it found."""
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # the colour clusters start at random: the same picture must give the same mask
    cv2.grabCut(image, seeds, (0, 0, 1, 1), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD))


def sample(plane: Plane, points: NDArray[np.floating]) -> Plane:
    """Read a plane (h, w, c) between its pixels at points (n, 2); return (n, c). Beyond it the edge repeats."""
    rows = -(-len(points) // _ROW)  # remap takes no row longer than 32767
    grid = np.zeros((rows * _ROW, 2), dtype=np.float32)
    grid[: len(points)] = points
    x, y = (np.ascontiguousarray(grid[:, k].reshape(rows, _ROW)) for k in (0, 1))
    read = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, dtype=np.float32).reshape(rows * _ROW, -1)[: len(points)]


def _smoothed(counts: Plane) -> Plane:
    """Blur along each colour axis and scale to a sum of one."""
    border = cv2.BORDER_CONSTANT
    flat = cv2.sepFilter2D(counts.reshape(16, -1), -1, _ONE, _KERNEL, borderType=border)
    flat = cv2.sepFilter2D(flat.reshape(-1, 64), -1, _KERNEL, _ONE, borderType=border)
    layers = [cv2.sepFilter2D(layer, -1, _ONE, _KERNEL, borderType=border) for layer in flat.reshape(_SHAPE)]
    return np.asarray(np.stack(layers) / max(float(counts.sum()), 1.0), dtype=np.float32).ravel()
