"""The one number an exercise's movement is read from, frame by frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from formcheck.engine.calibrate import Scale
from formcheck.measures.names import MeasureName
from formcheck.measures.table import COLUMN

__all__ = ["READABLE", "is_lifted", "movement_value", "pick_side"]

Row = Sequence[float]


def _body_rise(row: Row, side: str, scale: Scale) -> float:
    return -row[COLUMN["body_y"]] * scale.cm_per_px


def _ankle_rise(row: Row, side: str, scale: Scale) -> float:
    return -row[COLUMN[f"ankle_y_{side}"]] * scale.cm_per_px


def _shank(row: Row, side: str, scale: Scale) -> float:
    return row[COLUMN[f"shank_{side}"]] * scale.facing


def _knee(row: Row, side: str, scale: Scale) -> float:
    return row[COLUMN[f"knee_flexion_{side}"]]


def _sole(row: Row, side: str, scale: Scale) -> float:
    return row[COLUMN[f"sole_{side}"]]


def _toe_height(row: Row, side: str, scale: Scale) -> float:
    return -row[COLUMN[f"toe_y_{side}"]] * scale.cm_per_px


READABLE: Final[dict[MeasureName, Callable[[Row, str, Scale], float]]] = {
    "body_rise_cm": _body_rise,
    "ankle_rise_cm": _ankle_rise,
    "shank_inclination_deg": _shank,
    "knee_flexion_deg": _knee,
    "sole_deg": _sole,
    "toe_height_cm": _toe_height,
}
"""The measures a movement may be read from. Their zero does not matter here: the counter finds rest by itself."""


def movement_value(measure: MeasureName, row: Row, side: str, scale: Scale) -> float:
    """Return the movement's value in one frame, up to a constant; NaN when not seen."""
    return READABLE[measure](row, side, scale)


def pick_side(rule: str, row: Row, facing: float, near: str) -> str | None:
    """Return the leg to judge: the near one of both, the standing, lifted, upper, front or rear one; None if unclear.

    `row` holds medians over a rest, or over the top of a movement. The standing leg's ankle is the lower one by at
    least a twentieth of the stature (two feet level on the floor are unclear), the lifted or upper leg's the higher.
    """
    ankle = {side: (row[COLUMN[f"ankle_x_{side}"]], row[COLUMN[f"ankle_y_{side}"]]) for side in ("left", "right")}
    if rule == "both":
        return near
    if rule in ("stance", "lifted", "upper"):
        apart = ankle["left"][1] - ankle["right"][1]
        if math.isnan(apart) or abs(apart) < _LIFTED_SHARE * row[COLUMN["upright_px"]]:
            return None
        return "left" if (apart > 0) == (rule == "stance") else "right"
    ahead = (ankle["left"][0] - ankle["right"][0]) * facing
    front = "left" if ahead > 0 else "right"
    if rule == "front":
        return front
    return "right" if front == "left" else "left"


def is_lifted(side: str, row: Row) -> bool:
    """Whether a foot is clearly off the floor: far more above the other than two feet on the floor look from above."""
    other = "right" if side == "left" else "left"
    above_px = row[COLUMN[f"ankle_y_{other}"]] - row[COLUMN[f"ankle_y_{side}"]]
    return above_px > _CLEARLY_LIFTED_SHARE * row[COLUMN["upright_px"]]


_LIFTED_SHARE = 0.05
_CLEARLY_LIFTED_SHARE = 0.08
"""Default, not from literature. From a head's height beside them, a far foot looks 12 cm higher than a near one."""
