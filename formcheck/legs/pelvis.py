"""How far the pelvis has rolled since rest in a view from the front: the strip between hip joints and waist tells it.

Landmarks show half of a drop. Below the hip joints skin, shorts and the hem of a shirt go with the thighs: a bending
leg lifts its half, so that over a level pelvis a hem at hip height turns by 8° (rendered bodies). Above the waist the
trunk leans against it. Hands lie before this strip, and are left out where landmarks show them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.legs.align import Alignment, Expectation, align, best_start
from formcheck.legs.colours import LegColours, Level, blurred
from formcheck.legs.rest import Rest
from formcheck.legs.template import View, part, telling
from formcheck.legs.window import SHANK, Image, Window
from formcheck.model import FloatArray
from formcheck.pixels import Cells, Plane, colour_cells
from formcheck.skeleton import SIDES, index

__all__ = ["Pelvis", "Roll"]

# The strip, working pixels: above the middle of the hips, and beyond a hip to the side.
_TOP, _BOTTOM, _BESIDE = 0.45 * SHANK, 0.10 * SHANK, 0.34 * SHANK
_MARGIN = (0.52 * SHANK, 0.62 * SHANK, 0.52 * SHANK, 0.08 * SHANK)
_NOT_BODY = (0.35 * SHANK, 0.52 * SHANK)  # so far beyond a hip colour is taken for background
_LEAST, _LEAST_CONTRAST = 300, 1.5
_HAND = 0.12 * SHANK
_FINGERS = 1.4  # fingertips beyond the knuckle landmark, wrist to knuckle being 1

_HIGH_PASS = 4.0
_UNITS = (12.0, 6.0, 6.0)  # of brightness detail and of the two Lab colour axes
_OUTLINE, _OPEN = np.ones((7, 7), np.uint8), np.ones((3, 3), np.uint8)

# A motion: shift right and down beyond the landmarks', roll, widening, lengthening, and how far the front of the body,
# nearer to the camera, has sunk against its sides as the pelvis tips forward. But for the shifts, working pixels at a
# shank's distance.
_SIZE, _ROLL = 6, 2
_SHAPE_SD = (0.05, 0.08, 0.08)  # of what follows the roll, shank lengths
_LANDMARK_SD = np.radians(5.0)
_ROLLS = np.radians([-10.0, -5.0, 0.0, 5.0, 10.0]) * SHANK
_SHIFTS = (-6.0, 0.0, 6.0)
_FADING = 2

# A good fit costs .1 to .8, hands and folds among it.
_LOST = 0.9

# Step-downs, squats and heel raises of rendered people were read to within 2°. A thigh lifted high in front (a step up)
# pulls its side of the strip along: up to 10° over a level pelvis, and landmarks 7°.
_LEAST_SD, _SHARE_SD, _MOST_SD = np.radians(2.0), 0.2, np.radians(5.0)


@dataclass(frozen=True, slots=True)
class Roll:
    """A turn since rest, clockwise in the picture, and its standard deviation; radians."""

    angle: float
    sd: float


class Pelvis:
    """The pelvis at one rest of one picture; `views` is None where the picture does not tell it from what is beside."""

    def __init__(self, image: Image, rest: Rest) -> None:
        self._rest = rest.points
        self._centre_px, across = _hips(rest.points)
        hips_px = self._centre_px + np.array([[-0.5], [0.5]]) * across
        self._window = Window.around(hips_px, rest.shank_px, margin=_MARGIN)
        self._centre = self._window.inward(self._centre_px)
        half = 0.5 * float(np.linalg.norm(across)) * self._window.scale
        shown = self._window.cut(image)
        rows, columns = np.indices(shown.shape[:2])
        places = np.stack([columns, rows], axis=-1) - self._centre
        cells = colour_cells(shown)
        self._colours = _colours(cells, places, half)
        self._motion = np.zeros(_SIZE)
        self.views = self._views(shown, cells, places, half)

    def roll(self, image: Image, points: FloatArray) -> Roll | None:
        """Return the roll in a picture with landmarks (n, 2); None where the picture does not show it."""
        if self.views is None:
            return None
        shift_px = _hips(points)[0] - self._centre_px
        turn = _tilt(points) - _tilt(self._rest)
        if not np.isfinite([*shift_px, turn]).all():
            return None
        window = replace(self._window, origin=self._window.origin + shift_px)
        shown = window.cut(image)
        seen = _levels(shown, colour_cells(shown), self._colours)
        coarse, fine = (_bare(view, points, window) for view in self.views)
        if min(len(coarse.points), len(fine.points)) < _LEAST:
            return None
        start = best_start(coarse, seen[0], [self._motion, *_starts(turn * SHANK)])
        found = align((coarse, fine), seen, start, _expected(turn * SHANK), fading=_FADING)
        self._motion = found.motion
        return _told(found)

    def _views(self, shown: Image, cells: Cells, places: FloatArray, half: float) -> tuple[View, ...] | None:
        if self._colours.contrast < _LEAST_CONTRAST:
            return None
        odds = cv2.GaussianBlur(self._colours.table[cells], (0, 0), 1.5)
        body = cv2.morphologyEx((odds > 0.0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        strip = _within(places, half + _BESIDE)
        hand = _near_hands(places.reshape(-1, 2) + self._centre, self._rest, self._window).reshape(strip.shape)
        chosen = strip & ~hand & (cv2.dilate(body, _OUTLINE) > 0)
        if np.count_nonzero(chosen) < _LEAST:
            return None
        inside = cv2.erode(body, _OPEN)[chosen]
        trust = np.stack([0.5 * inside, inside, inside, np.ones(len(inside))], axis=-1).astype(np.float32)
        across, down = _follow(places[chosen])
        points = (places[chosen] + self._centre).astype(np.float32)
        whole = View(points, across, down, trust, np.zeros_like(trust))
        return telling(whole, _levels(shown, cells, self._colours))


def _hips(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle of the hips and the way from the right to the left one, each (2,), pixels."""
    left, right = (points[index(side, "hip")] for side in SIDES)
    return (left + right) / 2, left - right


def _tilt(points: FloatArray) -> float:
    """Return how far the line of the hips is turned clockwise from level, radians."""
    x, y = _hips(points)[1]
    return float(np.arctan(y / x)) if x else float("nan")


def _within(places: FloatArray, reach: float) -> NDArray[np.bool_]:
    x, y = np.moveaxis(places, -1, 0)
    return np.asarray((np.abs(x) < reach) & (y > -_TOP) & (y < -_BOTTOM))


def _colours(cells: Cells, places: FloatArray, half: float) -> LegColours:
    beside = np.abs(places[..., 0]) - half
    level = places[..., 1] > -_TOP
    ground = level & (beside > _NOT_BODY[0]) & (beside < _NOT_BODY[1])
    return LegColours(cells[level & (beside < 0.0)], cells[ground])


def _levels(shown: Image, cells: Cells, colours: LegColours) -> tuple[Level, ...]:
    """Return the levels of brightness detail, the two colour axes, and how much a colour is the body's."""
    lab = cv2.cvtColor(shown, cv2.COLOR_RGB2Lab).astype(np.float32)
    lab[..., 0] -= cv2.GaussianBlur(lab[..., 0], (0, 0), _HIGH_PASS)
    lab[..., 1:] -= 128.0
    looks = lab / np.array(_UNITS, dtype=np.float32)
    return blurred(np.concatenate([looks, colours.table[cells][..., None]], axis=-1, dtype=np.float32))


def _follow(places: FloatArray) -> tuple[Plane, Plane]:
    """Return how each place (n, 2), from the middle of the hips, follows each entry of a motion, right and down."""
    x, y = places.T / SHANK
    none, one = np.zeros_like(x), np.ones_like(x)
    round_front = np.sqrt(np.clip(1.0 - (x / np.abs(x).max()) ** 2, 0.0, 1.0))
    across = np.stack([one, none, -y, x, none, none], axis=-1)
    down = np.stack([none, one, x, none, y, round_front - round_front.mean()], axis=-1)
    return across.astype(np.float32), down.astype(np.float32)


def _bare(view: View, points: FloatArray, window: Window) -> View:
    """Leave out pixels that hands now lie before, as landmarks have it."""
    rows = np.flatnonzero(~_near_hands(view.points, points, window))
    return part(view, rows, view.values[rows])


def _near_hands(at: NDArray[np.floating], points: FloatArray, window: Window) -> NDArray[np.bool_]:
    """Return which working points (n, 2) lie on a forearm or a hand."""
    near = np.zeros(len(at), dtype=bool)
    for side in SIDES:
        elbow, wrist, knuckle = (window.inward(points[index(side, name)]) for name in ("elbow", "wrist", "index"))
        for a, along in ((elbow, wrist - elbow), (wrist, _FINGERS * (knuckle - wrist))):
            share = np.clip((at - a) @ along / max(float(along @ along), 1.0), 0.0, 1.0)
            near |= np.linalg.norm(at - a - share[:, None] * along, axis=-1) < _HAND
    return near


def _starts(turn: float) -> list[FloatArray]:
    rest = np.zeros(_SIZE - 3)
    return [np.array([x, y, turn + r, *rest]) for r in _ROLLS for x in _SHIFTS for y in _SHIFTS]


def _expected(turn: float) -> Expectation:
    sd = np.array([_LANDMARK_SD, *_SHAPE_SD]) * SHANK
    precision = np.diag(np.concatenate([np.full(_ROLL, 1e-6), sd**-2]))
    mean = np.zeros(_SIZE)
    mean[_ROLL] = turn
    return Expectation(precision, precision @ mean)


def _told(found: Alignment) -> Roll | None:
    """Return the roll, or None where the fit is poor or says less than landmarks."""
    angle = float(found.motion[_ROLL]) / SHANK
    fitted_sd = float(np.sqrt(found.covariance[_ROLL, _ROLL])) / SHANK
    sd = float(np.linalg.norm([fitted_sd, _LEAST_SD, _SHARE_SD * angle]))
    return Roll(angle, sd) if found.cost < _LOST and sd < _MOST_SD else None
