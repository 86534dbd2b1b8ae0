"""The engine: observations in, events and a result out. Pure, causal, without clock or picture."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from formcheck.engine.frames import FrameTable
from formcheck.engine.hold_set import HoldSet
from formcheck.engine.nothing import too_short
from formcheck.engine.ongoing import OUT_OF_SIGHT, Asked, Finished, OngoingSet
from formcheck.engine.outcome import count_verdicts, shown_limits, view_notes
from formcheck.engine.place import Place, Stature, settle
from formcheck.engine.problems import ProblemLog
from formcheck.engine.rep_set import RepSet
from formcheck.engine.series import ZeroHistory
from formcheck.engine.walk_set import WalkSet
from formcheck.errors import SpecError
from formcheck.measures.scale import ASSUMED_STATURE_CM
from formcheck.measures.table import COLUMN, compute_measures
from formcheck.model import (
    Event,
    LandmarkRecording,
    PoseObservation,
    Provenance,
    SetResult,
    SetupProblem,
    Side,
    SourceInfo,
    Stage,
    Update,
)
from formcheck.specs.schema import ExerciseSpec, GaitMovement, GuidedMovement, HoldMovement, RepMovement

__all__ = ["Engine"]

_LOST_S: Final = 1.5
_MOVED_S: Final = 0.25
_STATURE_SD, _ASSUMED_STATURE_SD = 0.02, 0.06
"""Default, not from literature; the last is how much adults' stature varies around its mean."""


class Engine:
    """Judge one set of one exercise.

    `update(observation)` takes one frame and says what happened; `run(recording)` takes all frames of a recording and
    comes to the same; `finish(...)` returns the result. `stature_cm` None assumes a stature and says so. `side`
    overrides which leg is judged. `metronome` says that a metronome sets the pace.
    """

    def __init__(
        self,
        spec: ExerciseSpec,
        *,
        stature_cm: float | None = None,
        side: Side | None = None,
        metronome: bool = False,
    ) -> None:
        self.spec = spec
        self._assumed = stature_cm is None
        stature = (
            Stature(ASSUMED_STATURE_CM, _ASSUMED_STATURE_SD) if stature_cm is None else Stature(stature_cm, _STATURE_SD)
        )
        self._asked = Asked(spec, stature, None if side == "both" else side, metronome)
        self._frames = FrameTable(spec.posture)
        self._zeros = ZeroHistory()
        self._problems = ProblemLog()
        self._set = _begin(self._asked, self._frames, self._zeros)
        self._place: Place | None = None
        self._last_place: Place | None = None
        self._in_place_s = math.nan

    @property
    def place(self) -> Place | None:
        """Where and how the person stands, or stood last; None before they first stood still."""
        return self._last_place

    def update(self, observation: PoseObservation) -> Update:
        """Take one frame."""
        rows = compute_measures(observation.points, observation.visibility, observation.sd_px)[None]
        self._frames.append(rows, [observation.time_s], observation.size)
        i = len(self._frames) - 1
        return self._describe(i, self._step(i))

    def run(self, recording: LandmarkRecording) -> list[Event]:
        """Take all frames of a recording; return all events."""
        first = len(self._frames)
        rows = compute_measures(recording.points, recording.visibility, recording.sd_px)
        self._frames.append(rows, recording.time_s.tolist(), (recording.source.width, recording.source.height))
        return [event for i in range(first, len(self._frames)) for event in self._step(i)]

    def _step(self, i: int) -> tuple[Event, ...]:
        t, problem = self._frames.time_s[i], self._frames.problems[i]
        events: list[Event] = []
        if self._place is None and self._set.from_place:
            problem = self._settle(i)
        if self._place is not None:
            row = self._frames.rows[i].tolist()
            if self._left(t, row, problem, self._place):
                self._set.left()
                self._place = None
            else:
                events += self._set.step(i, row, self._place)
                if self._set.settles_anew:
                    self._settle(i)
        changed = self._problems.update(t, problem)
        return (*events, changed) if changed is not None else tuple(events)

    def _settle(self, i: int) -> str | None:
        """Take the person's place once they stand still; return what stands in the way."""
        found = settle(self.spec, self._frames, i, self._asked.stature, self._asked.side, self._last_place)
        if isinstance(found, str):
            return found
        place, rows = found
        self._place = self._last_place = place
        self._in_place_s = self._frames.time_s[i]
        self._zeros.note(i, place)
        self._set.settled(i, rows, place)
        return None

    def _left(self, t: float, row: list[float], problem: str | None, place: Place) -> bool:
        """Whether the person has gone from their place."""
        if problem in OUT_OF_SIGHT:
            # How long somebody may be out of sight in a hold is the exercise's to say.
            return self._set.stage != "hold" and t - self._in_place_s > _LOST_S
        if self._set.strayed:
            return True
        if not self._set.must_stay or not place.stepped(row):
            self._in_place_s = t
        return t - self._in_place_s > _MOVED_S

    def _describe(self, i: int, events: tuple[Event, ...]) -> Update:
        t = self._frames.time_s[i]
        return Update(
            time_s=t,
            stage=self._stage(),
            progress=self._set.progress,
            completed=self._set.completed,
            held_s=self._set.held_s,
            problem=self._problems.current,
            measures={} if self._place is None else dict(self._set.measures(i, self._place)),
            events=events,
        )

    def _stage(self) -> Stage:
        if self._place is not None:
            return self._set.stage
        if self._set.from_place:
            return "setup" if self._last_place is None else "paused"
        return "setup" if self._problems.current else self._set.stage

    def finish(self, source: SourceInfo, provenance: Provenance) -> SetResult:
        """Judge the set as a whole and return the result. Nothing may be fed in afterwards."""
        end_s = self._frames.time_s[-1] if len(self._frames) else 0.0
        done = self._set.finish(end_s, self._last_place)
        place = done.place
        seen = np.isfinite(self._frames.rows[:, COLUMN["body_y"]])
        return SetResult(
            exercise=self.spec.id,
            source=source,
            counts=count_verdicts([*done.reps, *done.holds]),
            reps=tuple(done.reps),
            holds=tuple(done.holds),
            setup=self._setup(end_s, done),
            tracked_fraction=float(seen.mean()) if len(seen) else 0.0,
            provenance=replace(provenance, notes=(*provenance.notes, *view_notes(self.spec, place))),
            view=place.view if place else None,
            azimuth_deg=place.azimuth_deg if place else math.nan,
            near_side=place.near if place else "both",
            cm_per_px=place.scale.cm_per_px if place else math.nan,
            stature_cm=self._asked.stature.cm,
            stature_assumed=self._assumed,
            set_faults=done.faults,
            series=self._zeros.series(self._frames.rows, self._frames.time_s),
            limits=shown_limits(self.spec, place),
            summary=done.summary,
        )

    def _setup(self, end_s: float, done: Finished) -> tuple[SetupProblem, ...]:
        """Return the problems told; where nothing was counted there is one that says why."""
        told = self._problems.finish(end_s, anything_seen=done.place is not None)
        known = {problem.problem for problem in told}
        told = (*told, *(problem for problem in done.problems if problem.problem not in known))
        if done.reps or done.holds or not len(self._frames):
            return told
        short = too_short(self._frames.time_s[0], end_s)
        why = short or (None if told else done.why_none)
        return told if why is None else (*told, why)


def _begin(asked: Asked, frames: FrameTable, zeros: ZeroHistory) -> OngoingSet:
    """Return the set of the movement that the exercise is."""
    match asked.spec.movement:
        case RepMovement() as movement:
            return RepSet(movement, asked, frames, zeros)
        case HoldMovement() as movement:
            return HoldSet(movement, asked, frames, zeros)
        case GaitMovement() as movement:
            return WalkSet(movement, asked, frames, zeros)
        case GuidedMovement():
            raise SpecError(
                f"{asked.spec.id}: nothing of this exercise is measured; "
                f"practise it with `formcheck live {asked.spec.id}`"
            )
