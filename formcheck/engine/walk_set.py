"""A walk: no place to keep, and read as a whole when it is over."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from formcheck.engine.frames import FrameTable
from formcheck.engine.gait import GaitLimits, read_walk
from formcheck.engine.ongoing import Asked, Finished, OngoingSet
from formcheck.engine.place import Place
from formcheck.engine.series import ZeroHistory
from formcheck.engine.setup import PROBLEMS
from formcheck.model import SetupProblem
from formcheck.specs.schema import GaitMovement

__all__ = ["WalkSet"]


class WalkSet(OngoingSet):
    """Strides of one walk."""

    from_place: ClassVar[bool] = False

    def __init__(self, movement: GaitMovement, asked: Asked, frames: FrameTable, zeros: ZeroHistory) -> None:
        super().__init__(asked, frames, zeros)
        self._limits = GaitLimits(movement.min_s.value, movement.max_s.value)

    def finish(self, end_s: float, place: Place | None) -> Finished:
        """Read the strides."""
        walk = read_walk(self._frames.rows, np.array(self._frames.time_s), self._limits, self._asked.stature)
        if isinstance(walk, str):
            told = SetupProblem(walk, 0.0, end_s, PROBLEMS[walk])
            return Finished(place, problems=(told,), summary={"cadence_per_min": math.nan})
        self._zeros.note(0, walk.place)
        return Finished(walk.place, reps=walk.strides, summary=walk.summary)
