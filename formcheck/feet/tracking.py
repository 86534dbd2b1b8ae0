"""Follow one anchored foot through pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.feet.align import Alignment, align, best_starts
from formcheck.feet.anchor import Anchor
from formcheck.feet.channels import planes, relit
from formcheck.feet.floor import Floor
from formcheck.feet.geometry import Motion
from formcheck.feet.quality import MOVED, expected_misfit
from formcheck.feet.template import Template
from formcheck.model import FloatArray
from formcheck.pixels import Plane

__all__ = ["FootFollower"]

_GRID = tuple(math.radians(a) for a in range(-24, 55, 6))
_NEAR = math.radians(3.4)
_REST = math.radians(4.0)
_GOOD_MISFIT = 0.75
_STILL_RAD_PER_S = math.radians(5.0)


class FootFollower:
    """Align each picture with an anchor's template. Call `follow` once a frame.

    `floor_shift` is how far the floor has moved in the picture since the rest, picture pixels; motions are against it.
    """

    def __init__(self, anchor: Anchor, image: NDArray[np.uint8], time_s: float) -> None:
        self.anchor = anchor
        self.floor_shift = np.zeros(2)
        self._floor = Floor(image, anchor.leg.heel, anchor.leg.toe)
        self._pivot = anchor.pivot
        self._last = Motion(0.0, np.zeros(2))
        self._time_s = time_s

    def follow(self, image: NDArray[np.uint8], time_s: float) -> Alignment:
        """Return the motion since the rest that explains this picture best."""
        anchor = self.anchor
        self.floor_shift = self._floor.shift(image)
        window = relit(anchor.crop.shifted(self.floor_shift).cut(image), anchor.brightness)
        images = planes(window, anchor.colours)
        found = self._best(anchor.template, images)
        if _clings(found):
            found = self._best(anchor.unshadowed, images)
        self._follow_rest(found, time_s - self._time_s)
        self._last, self._time_s = found.motion, time_s
        return found

    def _best(self, template: Template, images: Sequence[Plane]) -> Alignment:
        starts = best_starts(template, images[0], self._candidates())
        return min((align(template, images, start, self._pivot) for start in starts), key=lambda a: a.misfit)

    @property
    def drift(self) -> FloatArray:
        """Return how far the standing foot has slid since the rest (2,), by the camera's motion mostly."""
        return self._pivot.drift

    def strain(self, found: Alignment) -> float:
        """Return how far the pivot was drawn from its place, working pixels."""
        return self._pivot.strain(found.motion)

    def _candidates(self) -> Sequence[Motion]:
        last = self._last
        near = (last.angle - _NEAR, last.angle + _NEAR)
        return [last, *(self._pivot.standing(angle) for angle in (*near, *_GRID))]

    def _follow_rest(self, found: Alignment, elapsed_s: float) -> None:
        turned = abs(found.motion.angle - self._last.angle)
        resting = abs(found.motion.angle) < _REST and turned < _STILL_RAD_PER_S * elapsed_s
        if resting and found.misfit < _GOOD_MISFIT:
            self._pivot = self._pivot.following(found.motion, elapsed_s)


def _clings(found: Alignment) -> bool:
    """Tell whether a foot found near its rest does not look like it: its shadow, which stays, may hold it there."""
    return -_REST < found.motion.angle < MOVED and found.misfit > expected_misfit(found.motion.angle)
