"""A rest and all that is needed to find the legs again: window, colours, templates."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs import chain
from formcheck.legs.colours import LegColours, Level, levels
from formcheck.legs.mask import Leg, leg_mask
from formcheck.legs.rest import Rest
from formcheck.legs.template import leg_templates
from formcheck.legs.window import SHANK, Image, Window
from formcheck.model import FloatArray
from formcheck.pixels import Cells, colour_cells
from formcheck.skeleton import SIDES, index

__all__ = ["Anchor"]

_NEAR = 0.45 * SHANK  # background this near tells what the leg's colour is not
_CLEAR = 5  # a square of so many pixels round the outline belongs to neither colour
_LEAST_CONTRAST = 1.5
_LEARNING = 0.2
_EVERY = 4
_DOUBTED = 0.03


class Anchor:
    """Both legs at one rest of one picture. `templates` is None where the picture does not show them well enough."""

    def __init__(self, image: Image, rest: Rest) -> None:
        self.rest = rest
        legs = [_leg(rest.points, side) for side in SIDES]
        enclosed = np.array([p for leg in legs for p in (leg.knee, leg.ankle, leg.toe)])
        self.window = Window.around(enclosed, rest.shank_px)
        inside = (_inward(legs[0], self.window), _inward(legs[1], self.window))
        self._rest_image = self.window.cut(image)
        mask = leg_mask(self._rest_image, inside)
        self._colours = _colours(self._rest_image, mask, inside)
        told_apart = self._colours.contrast > _LEAST_CONTRAST
        self.templates = leg_templates(mask, inside, self._rest_levels()) if told_apart else None
        self._frames = 0

    def look(self, image: Image) -> tuple[Cells, tuple[Level, ...]]:
        """Return the colour cells (h, w) and the levels of the window of a picture."""
        part = self.window.cut(image)
        found = colour_cells(part)
        return found, levels(part, found, self._colours)

    def shift(self, points: FloatArray, row: int) -> FloatArray:
        """Return how far a landmark has gone since rest, (2,) in working pixels."""
        return np.asarray((points[row] - self.rest.points[row]) * self.window.scale, dtype=np.float64)

    def learn(self, seen: Cells, motions: Mapping[int, FloatArray]) -> None:
        """Take colours well inside the moved legs, of the cells `seen`, as the legs' own: a shadow, a lamp.

        The table and the templates are renewed when enough such pixels were taken for background.
        """
        if self.templates is None or not motions:
            return
        found = np.concatenate([_at(seen, self.templates[k].deep.moved(motion)) for k, motion in motions.items()])
        self._colours.learn_leg(found, _LEARNING)
        self._frames += 1
        if self._frames >= _EVERY and np.mean(self._colours.table[found] < 0.0) > _DOUBTED:
            self._frames = 0
            self._colours.rebuild()
            rest = self._rest_levels()
            left, right = self.templates
            self.templates = left.repainted(rest), right.repainted(rest)

    def _rest_levels(self) -> tuple[Level, ...]:
        return levels(self._rest_image, colour_cells(self._rest_image), self._colours)


def _leg(points: FloatArray, side: str) -> Leg:
    hip, knee, ankle, toe = (points[index(side, part)] for part in ("hip", "knee", "ankle", "foot_index"))
    return Leg(hip, knee, ankle, toe)


def _inward(leg: Leg, window: Window) -> Leg:
    return Leg(*(window.inward(point) for point in (leg.hip, leg.knee, leg.ankle, leg.toe)))


def _colours(image: Image, mask: NDArray[np.bool_], legs: tuple[Leg, Leg]) -> LegColours:
    near = np.zeros(mask.shape, dtype=np.uint8)
    for leg in legs:
        upper = leg.knee + (chain.TOP - 0.1) * (leg.ankle - leg.knee)
        line = np.rint([[upper, leg.ankle, leg.toe]]).astype(np.int32)
        cv2.polylines(near, list(line), False, 1, int(2 * _NEAR))
    square = np.ones((_CLEAR, _CLEAR), np.uint8)
    core = cv2.erode(mask.astype(np.uint8), square) > 0
    beside = cv2.dilate(mask.astype(np.uint8), square) == 0
    seen = colour_cells(image)
    return LegColours(seen[core & (near > 0)], seen[beside & (near > 0)])


def _at(seen: Cells, points: NDArray[np.float32]) -> Cells:
    """Read whole pixels at points (n, 2), those outside the window left out."""
    x, y = np.rint(points).astype(int).T
    within = (x >= 0) & (y >= 0) & (x < seen.shape[1]) & (y < seen.shape[0])
    return np.asarray(seen[y[within], x[within]], dtype=np.int32)
