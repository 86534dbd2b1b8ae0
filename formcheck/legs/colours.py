"""What the alignment looks at: how much a pixel's colour is the leg's, and a little of its high-passed brightness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs.window import Image
from formcheck.pixels import Cells, Plane, histogram, log_odds

__all__ = ["LegColours", "Level", "blurred", "levels"]

# Blur of the coarse and of the fine level, working pixels.
_SIGMAS = (2.5, 1.0)
_HIGH_PASS = 6.0
_GREY_UNIT = 8.0
_GAIN = 2.0
_ACROSS = np.array([[-0.5, 0.0, 0.5]], dtype=np.float32)


class LegColours:
    """The colours of the legs against those round them; `table` maps a cell to -2 (beside) .. 2 (leg).

    `contrast` is how well the two were told apart at the start: 0 not at all, 4 without fail.
    """

    def __init__(self, leg: Cells, ground: Cells) -> None:
        self._leg = histogram(leg)
        self._ground = histogram(ground)
        self.table = self._squashed()
        self.contrast = float(self.table[leg].mean() - self.table[ground].mean()) if leg.size and ground.size else 0.0

    def learn_leg(self, found: Cells, weight: float) -> None:
        """Add colours that surely are leg, say because a shadow fell on it; `rebuild` makes them count."""
        self._leg += weight * histogram(found)

    def rebuild(self) -> None:
        """Renew the table from all colours seen."""
        self.table = self._squashed()

    def _squashed(self) -> Plane:
        return np.asarray(_GAIN * np.tanh(0.5 * log_odds(self._leg, self._ground)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One blur: `values` (h, w, channels); `slopes` (h, w, 2 channels), x of all, then y of all."""

    values: Plane
    slopes: Plane


def levels(image: Image, found: Cells, colours: LegColours) -> tuple[Level, ...]:
    """Return the levels of an RGB window whose colours lie in the cells `found`: brightness detail and leg colour."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = (grey - cv2.GaussianBlur(grey, (0, 0), _HIGH_PASS)) / _GREY_UNIT
    both = cv2.merge([detail, colours.table[found]])
    return blurred(np.asarray(both, dtype=np.float32))


def blurred(values: NDArray[np.floating]) -> tuple[Level, ...]:
    """Return the coarse and the fine level of `values` (h, w, channels)."""
    return tuple(_level(cv2.GaussianBlur(values, (0, 0), sigma)) for sigma in _SIGMAS)


def _level(values: NDArray[np.generic]) -> Level:
    plane = np.asarray(values, dtype=np.float32)
    slopes = cv2.merge([cv2.filter2D(plane, -1, _ACROSS), cv2.filter2D(plane, -1, _ACROSS.T)])
    return Level(plane, np.asarray(slopes, dtype=np.float32))
