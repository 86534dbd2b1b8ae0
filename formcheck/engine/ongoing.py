"""A set in progress: what the engine asks of it, whatever its movement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

import numpy as np

from formcheck.engine.calibrate import calibrate
from formcheck.engine.frames import FrameTable
from formcheck.engine.outcome import feet_trusted
from formcheck.engine.place import Place, Stature
from formcheck.engine.series import Readout, ZeroHistory
from formcheck.engine.timing import RepTiming
from formcheck.model import Event, Fault, FloatArray, Hold, Rep, SetupProblem, Side, Stage
from formcheck.rules import Evidence
from formcheck.specs.schema import ExerciseSpec

__all__ = ["OUT_OF_SIGHT", "Asked", "Finished", "OngoingSet"]

OUT_OF_SIGHT: Final = ("no_person", "feet_out_of_frame")
"""The problems of a frame in which nothing is seen of what the person does."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The exercise, how tall the person is, the leg to judge (None: as the exercise says), and who sets the pace."""

    spec: ExerciseSpec
    stature: Stature
    side: Side | None
    metronome: bool


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What a set came to, and the place it was judged in.

    `problems` are told in any case; `why_none` only if nothing was counted and no other problem says why.
    """

    place: Place | None
    reps: Sequence[Rep] = ()
    holds: Sequence[Hold] = ()
    faults: tuple[Fault, ...] = ()
    summary: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[SetupProblem, ...] = ()
    why_none: SetupProblem | None = None


class OngoingSet:
    """`settled` when the person has taken their place, `step` every frame they are in it, `left` when they have gone.

    `finish` ends it. As it stands here, all is right for a movement in which nothing happens before it is over.
    """

    from_place: ClassVar[bool] = True
    """Whether nothing counts before the person has taken a place."""

    def __init__(self, asked: Asked, frames: FrameTable, zeros: ZeroHistory) -> None:
        self._asked, self._frames, self._zeros = asked, frames, zeros
        self._reps: list[Rep] = []
        self._holds: list[Hold] = []
        self._readout = Readout()
        self.settles_anew = False
        """Whether the person may have come to rest again: if they have, their place should be taken anew."""

    @property
    def completed(self) -> int:
        """Reps or holds so far."""
        return len(self._reps) + len(self._holds)

    @property
    def stage(self) -> Stage:
        """What goes on, while the person is in place."""
        return "moving"

    @property
    def must_stay(self) -> bool:
        """Whether a step is out of the exercise now."""
        return False

    @property
    def strayed(self) -> bool:
        """Whether the person does something else by now."""
        return False

    def measures(self, i: int, place: Place) -> Mapping[str, float]:
        """Return the calibrated measures of frame `i`."""
        return self._readout.look_at(i, self._frames.rows, place)

    @property
    def held_s(self) -> float:
        """The seconds that a hold has lasted, up to when it was last seen to be kept."""
        return 0.0

    @property
    def progress(self) -> float:
        """How far the rep or hold has come, 0..1."""
        return 0.0

    def settled(self, i: int, rows: FloatArray, place: Place) -> None:
        """Begin, or begin again, at frame `i`; `rows` are those the person has stood still in."""

    def step(self, i: int, row: list[float], place: Place) -> list[Event]:
        """Take frame `i`; return what happened in it."""
        return []

    def left(self) -> None:
        """Stop until the person has settled again."""

    def finish(self, end_s: float, place: Place | None) -> Finished:
        """Return what it all came to by `end_s`; `place` is the last one taken."""
        return Finished(place, reps=self._reps, holds=self._holds)

    def _gather(self, i: int, timing: RepTiming, place: Place, moving: Side) -> Evidence:
        """Collect what rules get to see of a rep or hold: its frames up to frame `i`."""
        inside = self._frames.between(timing.start_s, timing.end_s, last=i)
        return Evidence(
            side="left" if place.side == "left" else "right",
            moving=moving,
            view=place.view,
            start_s=timing.start_s,
            peak_s=timing.peak_s,
            end_s=timing.end_s,
            time_s=np.array(self._frames.time_s[inside]),
            series=calibrate(self._seen_rows(inside), place.zeros, replace(place.scale, relative_sd=0.0)),
            scale_sd=place.scale.relative_sd,
            feet_trusted=feet_trusted(self._asked.spec, place),
            metronome=self._asked.metronome,
            ahead_s=self._frames.seen_before(inside.start),
            behind_s=self._frames.seen_after(inside.stop - 1, last=i),
        )

    def _seen_rows(self, part: slice) -> FloatArray:
        """Return the raw measures of frames, NaN where the person or their feet are out of sight: they are guessed."""
        rows = self._frames.rows[part].copy()
        rows[[problem in OUT_OF_SIGHT for problem in self._frames.problems[part]]] = np.nan
        return rows
