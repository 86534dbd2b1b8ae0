"""From raw columns to measures people read: facing, zeros at rest, and the centimetre scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.measures.angles import turn_to_side
from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray
from formcheck.skeleton import SIDES

__all__ = ["ZEROS", "Scale", "calibrate", "seen_median", "zero_row"]

_ZEROED_BY_SIDE = (
    "shank",
    "thigh",
    "sole",
    "sole_tracked",
    "heel_y",
    "heel_tracked_y",
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
    out = np.full(rows.shape[1], np.nan)
    seen = np.isfinite(rows).any(axis=0)
    if seen.any():
        out[seen] = np.nanmedian(rows[:, seen], axis=0)
    return out


def calibrate(rows: FloatArray, zeros: FloatArray, scale: Scale) -> Mapping[str, FloatArray]:
    """Return the series of result columns for raw `rows` (t, columns), given `zeros` (t, len(ZEROS)) or (len(ZEROS),).

    Each measure comes with its `_sd`. Before any rest was seen the zeros are NaN, and so is what hangs on them.
    """
    zeros = np.broadcast_to(zeros, (len(rows), len(ZEROS)))
    series: dict[str, FloatArray] = {}
    for side in SIDES:
        series |= _side_series(rows, zeros, scale, side)
    series |= _body_series(rows, zeros, scale)
    return series


def _side_series(rows: FloatArray, zeros: FloatArray, scale: Scale, side: str) -> dict[str, FloatArray]:
    def raw(name: str) -> FloatArray:
        return rows[:, COLUMN[f"{name}_{side}"]]

    def zero(name: str) -> FloatArray:
        return zeros[:, _ZERO[f"{name}_{side}"]]

    def knee_flexion(shank: FloatArray, thigh: FloatArray) -> FloatArray:
        return np.abs((shank - thigh + 180.0) % 360.0 - 180.0)

    shank, rest_shank, thigh, rest_thigh = (
        turn_to_side(angle * scale.facing, scale.turn_deg)
        for angle in (raw("shank"), zero("shank"), raw("thigh"), zero("thigh"))
    )
    shank_sd, shank_change = raw("shank_sd"), shank - rest_shank
    sole, sole_sd = _tracked_or_landmark(
        raw("sole_tracked") - zero("sole_tracked"),
        raw("sole_tracked_sd"),
        raw("sole") - zero("sole"),
        np.hypot(raw("sole_sd"), _LANDMARK_SOLE_SD_DEG),
    )
    rise_px, rise_sd_px = _tracked_or_landmark(
        zero("heel_tracked_y") - raw("heel_tracked_y"),
        raw("heel_tracked_y_sd"),
        zero("heel_y") - raw("heel_y"),
        np.hypot(raw("heel_y_sd"), _LANDMARK_HEEL_SD_CM / scale.cm_per_px),
    )
    heel = rise_px * scale.cm_per_px
    ankle_rise = (zero("ankle_y") - raw("ankle_y")) * scale.cm_per_px
    toe = (zero("toe_y") - raw("toe_y")) * scale.cm_per_px
    lift, lift_sd = _foot_lift(rows, zeros, "right" if side == "left" else "left")
    knee, knee_sd = knee_flexion(shank, thigh), raw("knee_flexion_sd")
    knee_change = knee - knee_flexion(rest_shank, rest_thigh)
    ankle_sd = np.hypot(shank_sd, sole_sd)

    def cm_sd(px_sd: FloatArray, value: FloatArray) -> FloatArray:
        return np.hypot(px_sd * scale.cm_per_px, value * scale.relative_sd)

    named = {
        f"ankle_{side}_deg": (shank - sole, ankle_sd),
        f"ankle_change_{side}_deg": (shank_change - sole, ankle_sd),
        f"ankle_raw_{side}_deg": (shank - raw("sole"), np.hypot(shank_sd, raw("sole_sd"))),
        f"ankle_rise_{side}_cm": (ankle_rise, cm_sd(raw("ankle_y_sd"), ankle_rise)),
        f"foot_lift_{side}_cm": (lift * scale.cm_per_px, cm_sd(lift_sd, lift * scale.cm_per_px)),
        f"heel_height_{side}_cm": (heel, cm_sd(rise_sd_px, heel)),
        f"knee_flexion_{side}_deg": (knee, knee_sd),
        f"knee_flexion_change_{side}_deg": (knee_change, knee_sd),
        f"shank_inclination_{side}_deg": (shank, shank_sd),
        f"shank_inclination_change_{side}_deg": (shank_change, shank_sd),
        f"sole_{side}_deg": (sole, sole_sd),
        f"toe_height_{side}_cm": (toe, cm_sd(raw("heel_y_sd"), toe)),
    }
    return _flat(named | _frontal_series(rows, zeros, side))


def _frontal_series(rows: FloatArray, zeros: FloatArray, side: str) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return what a view from the front shows of one side, against rest."""

    def change(name: str) -> FloatArray:
        return rows[:, COLUMN[name]] - zeros[:, _ZERO[name]]

    other_drops = 1.0 if side == "right" else -1.0
    outward = -other_drops * np.sign(rows[:, COLUMN["hips_apart"]])
    knee = f"frontal_knee_{side}"
    return {
        f"knee_valgus_change_{side}_deg": (change(knee), rows[:, COLUMN[f"frontal_knee_sd_{side}"]]),
        f"pelvic_drop_change_{side}_deg": (other_drops * change("pelvis_tilt"), rows[:, COLUMN["pelvis_tilt_sd"]]),
        f"trunk_side_lean_change_{side}_deg": (outward * change("trunk"), rows[:, COLUMN["trunk_sd"]]),
    }


def _foot_lift(rows: FloatArray, zeros: FloatArray, side: str) -> tuple[FloatArray, FloatArray]:
    """Return how far the lower end of a foot is above its place at rest, and its standard deviation, in px."""
    ends = [zeros[:, _ZERO[f"{end}_y_{side}"]] - rows[:, COLUMN[f"{end}_y_{side}"]] for end in ("heel", "toe")]
    return np.minimum(*ends), rows[:, COLUMN[f"heel_y_sd_{side}"]]


def _body_series(rows: FloatArray, zeros: FloatArray, scale: Scale) -> dict[str, FloatArray]:
    def raw(name: str) -> FloatArray:
        return rows[:, COLUMN[name]]

    def zero(name: str) -> FloatArray:
        return zeros[:, _ZERO[name]]

    rise = (zero("body_y") - raw("body_y")) * scale.cm_per_px
    knees, ankles = (
        scale.cm_per_px
        * (
            np.abs(raw(f"{joint}_x_left") - raw(f"{joint}_x_right"))
            - np.abs(zero(f"{joint}_x_left") - zero(f"{joint}_x_right"))
        )
        for joint in ("knee", "ankle")
    )
    apart_sd = np.hypot(raw("knee_sd_left"), raw("knee_sd_right")) * scale.cm_per_px
    trunk, rest_trunk = (turn_to_side(angle * scale.facing, scale.turn_deg) for angle in (raw("trunk"), zero("trunk")))
    trunk_sd = raw("trunk_sd")
    named = {
        "body_rise_cm": (rise, np.hypot(raw("body_y_sd") * scale.cm_per_px, rise * scale.relative_sd)),
        "knee_separation_change_cm": (knees, apart_sd),
        "leg_separation_change_cm": ((knees + ankles) / 2, apart_sd),
        "trunk_lean_deg": (trunk, trunk_sd),
        "trunk_lean_change_deg": (trunk - rest_trunk, trunk_sd),
    }
    return _flat(named)


def _tracked_or_landmark(
    tracked: FloatArray, tracked_sd: FloatArray, landmark: FloatArray, landmark_sd: FloatArray
) -> tuple[FloatArray, FloatArray]:
    use = np.isfinite(tracked)
    return np.where(use, tracked, landmark), np.where(use, tracked_sd, landmark_sd)


def _flat(named: dict[str, tuple[FloatArray, FloatArray]]) -> dict[str, FloatArray]:
    return {key: array for name, (value, sd) in named.items() for key, array in ((name, value), (f"{name}_sd", sd))}
