"""Where and how the person stands: found when they stand still, the zero of everything measured after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from formcheck.engine.calibrate import ZEROS, Scale, calibrate, seen_median, zero_row
from formcheck.engine.frames import FrameTable
from formcheck.engine.movement import is_lifted, pick_side
from formcheck.engine.setup import classify_view, is_still, view_problem
from formcheck.measures.names import column_name
from formcheck.measures.table import COLUMN
from formcheck.model import FloatArray, Side, View
from formcheck.signals import RunningMedian
from formcheck.skeleton import SIDES
from formcheck.specs.schema import ExerciseSpec, HoldMovement

__all__ = ["Place", "Stature", "settle"]

_STILL_S: Final = 0.6
_LEAST_STILL_FRAMES: Final = 4
_LEAST_CLEAR: Final = 0.8
_MOVED_SHARE: Final = 0.06  # of the stature: half a foot
_ANGLE_RESTS: Final = 3
_GLITCH_S: Final = 0.25
"""Default, not from literature."""

_ANGLES: Final = [i for i, name in enumerate(ZEROS) if name.startswith(("shank", "thigh", "trunk"))]


@dataclass(frozen=True, slots=True)
class Stature:
    """The person's height in cm, and its standard deviation as a share of it."""

    cm: float
    relative_sd: float


@dataclass(slots=True)
class Place:
    """A person in place. `side` is the leg judged, `moving` what its reps are booked under, `near` the nearer leg."""

    side: str
    moving: Side
    near: Literal["left", "right"]
    view: View
    azimuth_deg: float
    scale: Scale
    stature_px: float
    toes: Mapping[str, tuple[float, float]]
    zeros: FloatArray
    steady: RunningMedian = field(default_factory=lambda: RunningMedian(_GLITCH_S))
    _angle_zeros: list[FloatArray] = field(default_factory=list)

    @property
    def knows_rest(self) -> bool:
        """Whether a rest has been seen that angles can be told against."""
        return bool(self._angle_zeros)

    def stepped(self, row: list[float]) -> bool:
        """Whether the foot has left its place; not when it is not seen."""
        x, y = row[COLUMN[f"toe_x_{self.side}"]], row[COLUMN[f"toe_y_{self.side}"]]
        toe_x, toe_y = self.toes[self.side]
        return math.hypot(x - toe_x, y - toe_y) > _MOVED_SHARE * self.stature_px

    def take_zeros(self, rows: FloatArray) -> None:
        """Take new zeros from a rest. Heights start anew there; angles keep the first rests', for posture can sag."""
        zeros = zero_row(rows)
        if len(self._angle_zeros) < _ANGLE_RESTS:
            self._angle_zeros.append(zeros)
        self._set_zeros(rows, zeros)

    def stand_anew(self, rows: FloatArray) -> None:
        """Take new heights where the foot has stepped to, in a posture that is no rest: angles keep their zeros."""
        self._set_zeros(rows, zero_row(rows))

    def stand_as(self, last: Place | None, rows: FloatArray) -> None:
        """Take heights here, in a posture that is no rest, and angles from the rests of the `last` place.

        Not if they have turned round. A camera that is further round matters little: at rest the bones stand upright.
        """
        if last is not None and (last.side, last.scale.facing) == (self.side, self.scale.facing):
            self._angle_zeros = list(last._angle_zeros)
        self.stand_anew(rows)

    def _set_zeros(self, rows: FloatArray, zeros: FloatArray) -> None:
        rests = np.stack(self._angle_zeros) if self.knows_rest else np.full((1, len(ZEROS)), math.nan)
        zeros[_ANGLES] = seen_median(rests)[_ANGLES]
        self.zeros = zeros
        self.toes = {
            side: tuple(seen_median(rows[:, [COLUMN[f"toe_x_{side}"], COLUMN[f"toe_y_{side}"]]]).tolist())
            for side in SIDES
        }


def settle(
    spec: ExerciseSpec, frames: FrameTable, i: int, stature: Stature, asked_side: str | None, last: Place | None = None
) -> tuple[Place, FloatArray] | str:
    """Return the place the person has taken by frame `i`, and the still frames it was read from; or what is missing.

    `last` is the place they had before: what was a rest there still is one where they are still in a position to hold.
    """
    problem = frames.problems[i]
    if problem is not None:
        return problem
    first = frames.since(frames.time_s[i] - _STILL_S)
    if frames.time_s[i] - frames.time_s[0] < _STILL_S or i + 1 - first < _LEAST_STILL_FRAMES:
        return "moving"
    clear = [problem is None for problem in frames.problems[first : i + 1]]
    rows = frames.rows[first : i + 1][clear]
    if sum(clear) < _LEAST_CLEAR * len(clear):
        return "moving"
    if asked_side is not None and spec.side == "stance" and is_lifted(asked_side, seen_median(rows).tolist()):
        return "foot_up"
    if not is_still(rows):
        return "moving"
    found = _read_place(spec, rows, stature, asked_side)
    if isinstance(found, str):
        return found
    if _in_position(spec, rows, found):
        found.stand_as(last, rows)
    else:
        found.take_zeros(rows)
    return found, rows


def _in_position(spec: ExerciseSpec, rows: FloatArray, place: Place) -> bool:
    """Whether the person already stands as they shall hold: no rest. Measures told against a rest cannot say so."""
    if not isinstance(spec.movement, HoldMovement):
        return False
    series = calibrate(rows, place.zeros, place.scale)
    level = seen_median(series[column_name(spec.movement.measure, place.side)][:, None])[0]
    return bool(level >= spec.movement.reach.value)


def _side_at_rest(spec: ExerciseSpec, middle: list[float], facing: float, near: str) -> str:
    """Return the leg to judge, or what stands in the way of telling."""
    lifting = spec.side in ("stance", "lifted") and isinstance(spec.movement, HoldMovement)
    if lifting and pick_side("stance", middle, facing, near) is not None:
        return "both_feet"
    if lifting or spec.side == "upper":
        return near
    return pick_side(spec.side, middle, facing, near) or "one_foot"


def _read_place(spec: ExerciseSpec, rows: FloatArray, stature: Stature, asked_side: str | None) -> Place | str:
    middle = seen_median(rows).tolist()
    azimuth_deg = middle[COLUMN["azimuth_deg"]]
    view = classify_view(azimuth_deg)
    wrong_view = view_problem(view, spec.view.accepted)
    if wrong_view is not None:
        return wrong_view
    facing = 1.0 if middle[COLUMN["facing"]] >= 0 else -1.0
    near: Literal["left", "right"] = "right" if facing > 0 else "left"
    side = asked_side or _side_at_rest(spec, middle, facing, near)
    if side not in SIDES:
        return side
    stature_px = middle[COLUMN[f"standing_px_{near}"]]
    return Place(
        side=side,
        moving="both" if spec.side == "both" else "left" if side == "left" else "right",
        near=near,
        view=view,
        azimuth_deg=azimuth_deg,
        scale=Scale(stature.cm / stature_px, stature.relative_sd, facing, azimuth_deg),
        stature_px=stature_px,
        toes={},
        zeros=np.full(len(ZEROS), math.nan),
    )
