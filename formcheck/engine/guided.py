"""Exercises that no camera judges: paced aloud, timed, and confirmed by the person. Pure: time is handed in.

Nothing of it is measured, and every update, record and result says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from formcheck.errors import SpecError
from formcheck.model import Counts, Provenance, SetResult, Side, SourceInfo
from formcheck.specs.schema import ExerciseSpec, GuidedMovement

__all__ = [
    "NOT_MEASURED",
    "GuidedPractice",
    "GuidedRecord",
    "GuidedUpdate",
    "Segment",
    "guided_course",
    "guided_result",
]

NOT_MEASURED: Final = "not measured: paced and timed, and confirmed by the person"

READY_S: Final = 5.0
REST_S: Final = 30.0
_LET_GO_S: Final = 3.0
_WARN_S: Final = 10.0
"""Default, not from literature."""

SegmentKind = Literal["ready", "pace", "hold", "rest"]
GuidedStage = Literal["ready", "pace", "hold", "rest", "paused", "confirm", "done"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the course, in seconds from its beginning; `say` is spoken as it starts. `rep` counts in its set."""

    kind: SegmentKind
    start_s: float
    end_s: float
    say: str
    set: int
    rep: int
    ends_rep: bool


@dataclass(frozen=True, slots=True)
class GuidedUpdate:
    """What to show and say at one moment. `left_s` is left of this stretch; `reps_done` counts over all sets."""

    time_s: float
    stage: GuidedStage
    words: str
    left_s: float
    set: int
    rep: int
    reps_done: int
    said: tuple[str, ...]
    note: str = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class GuidedRecord:
    """What the person confirmed: `reps` (or, where it is timed, sets) of `planned`, over `seconds` of practice."""

    exercise: str
    side: Side
    planned: int
    reps: int
    seconds: float
    note: str = NOT_MEASURED


def guided_course(spec: ExerciseSpec, *, rest_s: float = REST_S) -> tuple[Segment, ...]:
    """Return the whole course of a guided exercise. Raises SpecError for one that a camera judges."""
    movement = spec.movement
    if not isinstance(movement, GuidedMovement):
        raise SpecError(f"{spec.id}: a camera judges this exercise; it is not a guided one")
    course: list[Segment] = []
    t = 0.0
    for set_, rep, kind, say, seconds, ends in _parts(spec, movement, rest_s):
        course.append(Segment(kind, t, t + seconds, say, set_, rep, ends))
        t += seconds
    return tuple(course)


def _parts(
    spec: ExerciseSpec, movement: GuidedMovement, rest_s: float
) -> Iterator[tuple[int, int, SegmentKind, str, float, bool]]:
    for set_ in range(1, spec.dose.sets + 1):
        if set_ == 1:
            yield set_, 0, "ready", "Get ready.", READY_S, False
        else:
            yield set_, 0, "rest", f"Rest. Then set {set_} of {spec.dose.sets}.", rest_s, False
        for rep in range(1, (spec.dose.reps or 1) + 1):
            yield from _rep(spec, movement, set_, rep)


def _rep(
    spec: ExerciseSpec, movement: GuidedMovement, set_: int, rep: int
) -> Iterator[tuple[int, int, SegmentKind, str, float, bool]]:
    if movement.pace:
        for k, beat in enumerate(movement.pace, 1):
            yield set_, rep, "pace", beat.say, beat.seconds, k == len(movement.pace)
        return
    yield set_, rep, "hold", "Hold.", spec.dose.hold_s or 0.0, True
    if rep < (spec.dose.reps or 1):
        yield set_, rep, "rest", "Let go.", _LET_GO_S, False


class GuidedPractice:
    """`update(t)` as often as wanted, with a rising time; the first one starts the course.

    `pause_or_go_on(t)` stops the course and lets it go on; `stop(t)` ends it early. After the course the stage is
    `confirm` until `confirm(...)` is called with what the person says they did.
    """

    def __init__(self, spec: ExerciseSpec, *, side: Side = "both", rest_s: float = REST_S) -> None:
        self._spec, self._side = spec, side
        self._course = guided_course(spec, rest_s=rest_s)
        self._start_s = math.nan
        self._paused_at_s = math.nan
        self._at = -1
        self._warned = False
        self._stopped_s = math.nan
        self._record: GuidedRecord | None = None

    @property
    def planned(self) -> int:
        """Reps of all sets; of a position held without reps, its sets."""
        return sum(segment.ends_rep for segment in self._course)

    @property
    def record(self) -> GuidedRecord | None:
        """What was confirmed; None before."""
        return self._record

    def update(self, t: float) -> GuidedUpdate:
        """Take the time; say what to show, and what to say that was not said yet."""
        if math.isnan(self._start_s):
            self._start_s = t
        now = self._course_s(t)
        said = tuple(self._speak(now)) if self._running else ()
        segment = self._segment(now)
        if self._record is not None:
            return self._shown(t, "done", "Done.", 0.0, now, said)
        if segment is None or not math.isnan(self._stopped_s):
            return self._shown(t, "confirm", "How much of it did you do?", 0.0, now, said)
        stage: GuidedStage = segment.kind if self._running else "paused"
        return self._shown(t, stage, segment.say, segment.end_s - now, now, said)

    def pause_or_go_on(self, t: float) -> None:
        """Stop the course, or let it go on from where it stopped."""
        if math.isnan(self._paused_at_s):
            self._paused_at_s = t
        else:
            self._start_s += t - self._paused_at_s
            self._paused_at_s = math.nan

    def stop(self, t: float) -> None:
        """End the course here; what was done can still be confirmed."""
        self._stopped_s = self._course_s(t)

    def confirm(self, t: float, reps: int | None = None) -> GuidedRecord:
        """Take what the person says they did; without a number, all that was paced until now."""
        now = self._course_s(t)
        done = self._done(now) if reps is None else max(0, min(reps, self.planned))
        seconds = sum(
            min(now, segment.end_s) - segment.start_s
            for segment in self._course
            if segment.kind in ("pace", "hold") and segment.start_s < now
        )
        self._record = GuidedRecord(self._spec.id, self._side, self.planned, done, seconds)
        return self._record

    @property
    def _running(self) -> bool:
        return math.isnan(self._paused_at_s) and math.isnan(self._stopped_s) and self._record is None

    def _course_s(self, t: float) -> float:
        """Return how far into the course time `t` is."""
        if not math.isnan(self._stopped_s):
            return self._stopped_s
        return (t if math.isnan(self._paused_at_s) else self._paused_at_s) - self._start_s

    def _segment(self, now: float) -> Segment | None:
        return next((segment for segment in self._course if segment.start_s <= now < segment.end_s), None)

    def _done(self, now: float) -> int:
        return sum(segment.ends_rep and segment.end_s <= now for segment in self._course)

    def _speak(self, now: float) -> Iterator[str]:
        while self._at + 1 < len(self._course) and self._course[self._at + 1].start_s <= now:
            self._at, self._warned = self._at + 1, False
            yield self._course[self._at].say
        if self._at == len(self._course):
            return
        segment = self._course[self._at]
        left = segment.end_s - now
        if segment.kind == "hold" and not self._warned and 0 < left <= _WARN_S < segment.end_s - segment.start_s:
            self._warned = True
            yield f"{_WARN_S:.0f} seconds."
        if now >= self._course[-1].end_s:
            self._at = len(self._course)
            yield "Done. How much of it did you do?"

    def _shown(
        self, t: float, stage: GuidedStage, words: str, left_s: float, now: float, said: tuple[str, ...]
    ) -> GuidedUpdate:
        segment = self._segment(now) or self._course[-1]
        return GuidedUpdate(t, stage, words, max(left_s, 0.0), segment.set, segment.rep, self._done(now), said)


def guided_result(record: GuidedRecord, provenance: Provenance) -> SetResult:
    """Return a record as a result with nothing in it that was measured: for the store, which keeps results."""
    return SetResult(
        exercise=record.exercise,
        source=SourceInfo("", record.seconds, 0, 0, 0),
        counts=Counts(0, 0, 0, 0),
        reps=(),
        holds=(),
        setup=(),
        tracked_fraction=0.0,
        provenance=Provenance(
            formcheck=provenance.formcheck,
            spec_sha256=provenance.spec_sha256,
            model_sha256="",
            backend="none",
            notes=(
                *provenance.notes,
                NOT_MEASURED,
                f"the person confirmed {record.reps} of {record.planned}",
            ),
        ),
        view=None,
        azimuth_deg=math.nan,
        near_side=record.side,
        cm_per_px=math.nan,
        stature_cm=math.nan,
        stature_assumed=True,
        set_faults=(),
        series={"time_s": np.empty(0)},
        summary={"confirmed": float(record.reps), "planned": float(record.planned)},
    )
