"""From raw columns to measures people read: facing, zeros at rest, and the centimetre scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.engine.bends import Bone, knee_bend, shank_lean
from formcheck.measures.angles import turn_to_side
from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray
from formcheck.skeleton import SIDES

__all__ = ["ZEROS", "Scale", "calibrate", "seen_median", "zero_row"]

_Value = tuple[FloatArray, FloatArray]  # and its standard deviation

_ZEROED_BY_SIDE = (
    "shank",
    "thigh",
    "sole",
    "sole_tracked",
    "sole_tracked_sd",
    "heel_y",
    "heel_tracked_y",
    "heel_tracked_y_sd",
    "toe_y",
    "ankle_y",
    "ankle_x",
    "knee_x",
    "frontal_knee",
)
ZEROS: Final = (*(f"{name}_{side}" for side in SIDES for name in _ZEROED_BY_SIDE), "body_y", "trunk", "pelvis_tilt")
"""The columns whose rest value is remembered."""
_LANDMARK_SOLE_SD_DEG = 8.0
_LANDMARK_HEEL_SD_CM = 1.5
"""Foot landmarks follow a foot only in part: on rendered clips the sole was off by 3 to 15 deg, the heel by 1 to 3 cm.
What a foot tracked in the picture says is taken instead wherever there is one."""
_MOST_TURN_DEG = 45.0
_BESIDE_CM = 20.0
"""How far apart feet stand beside one another: seen obliquely this looks like one ahead of the other (default)."""
_ZERO: Final = {name: i for i, name in enumerate(ZEROS)}
_ZERO_COLUMNS: Final = [COLUMN[name] for name in ZEROS]


@dataclass(frozen=True, slots=True)
class Scale:
    """Centimetres per pixel and its relative standard deviation, which way the person faces (+1 right), and azimuth."""

    cm_per_px: float
    relative_sd: float
    facing: float
    azimuth_deg: float = 0.0

    @property
    def turn_deg(self) -> float:
        """The azimuth that angles are turned back by; further round a camera sees too little of them."""
        return min(abs(self.azimuth_deg), _MOST_TURN_DEG)


def zero_row(rows: FloatArray) -> FloatArray:
    """Return the zeros of rest frames `rows` (t, columns): their medians, in the order of ZEROS; NaN if never seen."""
    return seen_median(rows[:, _ZERO_COLUMNS])


def seen_median(rows: FloatArray) -> FloatArray:
    """Return the median of each column of `rows` (t, columns) over the frames it was seen in; NaN if never seen."""
    if not len(rows):
        return np.full(rows.shape[1], np.nan)
    seen = np.isfinite(rows).sum(axis=0)
    columns, upward = np.arange(rows.shape[1]), np.sort(rows, axis=0)  # NaN comes last: np.nanmedian, ten times as fast
    middle = (upward[np.maximum(seen - 1, 0) // 2, columns] + upward[seen // 2, columns]) / 2
    return np.where(seen > 0, middle, np.nan)


def calibrate(rows: FloatArray, zeros: FloatArray, scale: Scale) -> Mapping[str, FloatArray]:
    """Return the series of result columns for raw `rows` (t, columns), given `zeros` (t, len(ZEROS)) or (len(ZEROS),).

    Each measure comes with its `_sd`. Before any rest was seen the zeros are NaN, and so is what hangs on them.
    """
    read = _Read(rows, np.broadcast_to(zeros, (len(rows), len(ZEROS))), scale)
    named: dict[str, _Value] = {}
    for side in SIDES:
        named |= _side_series(read, side) | _frontal_series(read, side)
    named |= _body_series(read) | _feet_series(read)
    return {key: array for name, (value, sd) in named.items() for key, array in ((name, value), (f"{name}_sd", sd))}


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Raw rows, the zeros that hold in each, and the scale."""

    rows: FloatArray
    zeros: FloatArray
    scale: Scale

    def now(self, name: str) -> FloatArray:
        return self.rows[:, COLUMN[name]]

    def rest(self, name: str) -> FloatArray:
        return self.zeros[:, _ZERO[name]]

    def change(self, name: str) -> FloatArray:
        return self.now(name) - self.rest(name)

    def sd(self, name: str) -> FloatArray:
        """Return the standard deviation of a change: it is no more certain than the zero that it is told against."""
        return np.fmax(self.now(name), self.rest(name))

    def rise_px(self, name: str) -> FloatArray:
        """Return how far a point is above its place at rest: y points down."""
        return self.rest(name) - self.now(name)

    def from_side(self, angle: FloatArray) -> FloatArray:
        """Return an angle of the picture as seen exactly from the side, forward positive."""
        return turn_to_side(angle * self.scale.facing, self.scale.turn_deg)

    def bone(self, name: str, sd: str) -> Bone:
        """Return how a bone of the leg leans."""
        facing, turn_deg = self.scale.facing, self.scale.turn_deg
        return Bone(self.now(name) * facing, self.rest(name) * facing, self.now(sd), turn_deg)

    def cm(self, px: FloatArray, sd_px: FloatArray) -> _Value:
        """Return a length in cm."""
        value = px * self.scale.cm_per_px
        return value, np.hypot(sd_px * self.scale.cm_per_px, value * self.scale.relative_sd)


def _side_series(read: _Read, side: str) -> dict[str, _Value]:
    """Return what a view from the side shows of one leg and its foot."""
    shank, thigh = (read.bone(f"{bone}_{side}", f"{bone}_sd_{side}") for bone in ("shank", "thigh"))
    lean, knee = shank_lean(shank), knee_bend(shank, thigh)
    sole, sole_sd = _sole(read, side)
    other = "right" if side == "left" else "left"
    return {
        f"ankle_{side}_deg": (lean.angle - sole, np.hypot(lean.sd, sole_sd)),
        f"ankle_change_{side}_deg": (lean.change - sole, np.hypot(lean.change_sd, sole_sd)),
        f"ankle_raw_{side}_deg": (
            lean.angle - read.now(f"sole_{side}"),
            np.hypot(lean.sd, read.now(f"sole_sd_{side}")),
        ),
        f"ankle_rise_{side}_cm": read.cm(read.rise_px(f"ankle_y_{side}"), read.now(f"ankle_y_sd_{side}")),
        f"foot_lift_{side}_cm": read.cm(*_foot_lift_px(read, other)),
        f"heel_height_{side}_cm": read.cm(*_heel_rise_px(read, side)),
        f"knee_flexion_{side}_deg": (knee.angle, knee.sd),
        f"knee_flexion_change_{side}_deg": (knee.change, knee.change_sd),
        f"shank_inclination_{side}_deg": (lean.angle, lean.sd),
        f"shank_inclination_change_{side}_deg": (lean.change, lean.change_sd),
        f"sole_{side}_deg": (sole, sole_sd),
        f"toe_height_{side}_cm": read.cm(read.rise_px(f"toe_y_{side}"), read.now(f"heel_y_sd_{side}")),
    }


def _sole(read: _Read, side: str) -> _Value:
    return _tracked_or_landmark(
        (read.change(f"sole_tracked_{side}"), read.sd(f"sole_tracked_sd_{side}")),
        (read.change(f"sole_{side}"), np.hypot(read.now(f"sole_sd_{side}"), _LANDMARK_SOLE_SD_DEG)),
    )


def _heel_rise_px(read: _Read, side: str) -> _Value:
    landmark_sd = np.hypot(read.now(f"heel_y_sd_{side}"), _LANDMARK_HEEL_SD_CM / read.scale.cm_per_px)
    return _tracked_or_landmark(
        (read.rise_px(f"heel_tracked_y_{side}"), read.sd(f"heel_tracked_y_sd_{side}")),
        (read.rise_px(f"heel_y_{side}"), landmark_sd),
    )


def _foot_lift_px(read: _Read, side: str) -> _Value:
    """Return how far the lower end of a foot is above its place at rest."""
    lift = np.minimum(read.rise_px(f"heel_y_{side}"), read.rise_px(f"toe_y_{side}"))
    return lift, read.now(f"heel_y_sd_{side}")


def _tracked_or_landmark(tracked: _Value, landmark: _Value) -> _Value:
    use = np.isfinite(tracked[0])
    return np.where(use, tracked[0], landmark[0]), np.where(use, tracked[1], landmark[1])


def _frontal_series(read: _Read, side: str) -> dict[str, _Value]:
    """Return what a view from the front shows of one side, against rest."""
    other_drops = 1.0 if side == "right" else -1.0
    outward = -other_drops * np.sign(read.now("hips_apart"))
    return {
        f"knee_valgus_change_{side}_deg": (read.change(f"frontal_knee_{side}"), read.now(f"frontal_knee_sd_{side}")),
        f"pelvic_drop_change_{side}_deg": (other_drops * read.change("pelvis_tilt"), read.now("pelvis_tilt_sd")),
        f"trunk_side_lean_change_{side}_deg": (outward * read.change("trunk"), read.now("trunk_sd")),
    }


def _feet_series(read: _Read) -> dict[str, _Value]:
    """Return how the two feet stand to one another, and the one of them that is furthest from its place at rest."""
    left, right = (read.rise_px(f"ankle_y_{side}") for side in SIDES)
    left_sd, right_sd = (read.now(f"ankle_y_sd_{side}") for side in SIDES)
    apart_sd = np.hypot(left_sd, right_sd)
    level, length = (np.abs(read.now(f"ankle_{axis}_left") - read.now(f"ankle_{axis}_right")) for axis in "yx")
    beside_px = _BESIDE_CM * abs(math.sin(math.radians(read.scale.azimuth_deg))) / read.scale.cm_per_px
    return {
        "feet_level_cm": read.cm(level, apart_sd),
        "foot_drop_cm": read.cm(-np.minimum(left, right), np.where(left < right, left_sd, right_sd)),
        "higher_foot_cm": read.cm(np.maximum(left, right), np.fmax(left_sd, right_sd)),
        "stance_length_cm": read.cm(length, np.hypot(apart_sd, beside_px)),
    }


def _body_series(read: _Read) -> dict[str, _Value]:
    cm_per_px = read.scale.cm_per_px
    knees, ankles = (
        cm_per_px
        * (
            np.abs(read.now(f"{joint}_x_left") - read.now(f"{joint}_x_right"))
            - np.abs(read.rest(f"{joint}_x_left") - read.rest(f"{joint}_x_right"))
        )
        for joint in ("knee", "ankle")
    )
    apart_sd = np.hypot(read.now("knee_sd_left"), read.now("knee_sd_right")) * cm_per_px
    trunk, rest_trunk = read.from_side(read.now("trunk")), read.from_side(read.rest("trunk"))
    trunk_sd = read.now("trunk_sd")
    return {
        "body_rise_cm": read.cm(read.rise_px("body_y"), read.now("body_y_sd")),
        "knee_separation_change_cm": (knees, apart_sd),
        "leg_separation_change_cm": ((knees + ankles) / 2, apart_sd),
        "trunk_lean_deg": (trunk, trunk_sd),
        "trunk_lean_change_deg": (trunk - rest_trunk, trunk_sd),
    }
