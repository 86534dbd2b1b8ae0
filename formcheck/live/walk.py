"""The course of a walk: getting ready, walking, away at the turn, finished. Pure: time is in the data.

The engine reads a walk as a whole, at its end. What is shown until then comes from the last seconds, read in the same
way again and again: the strides and steps seen so far.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from formcheck.engine.gait import GaitLimits, read_walk
from formcheck.engine.place import Stature
from formcheck.feedback.cues import Cue
from formcheck.live.course import EVENT, SHOW_PROBLEM_AFTER_S, Course
from formcheck.live.scene import HEADLINES, LOW_LIGHT, SAID, Scene, Words
from formcheck.measures.scale import ASSUMED_STATURE_CM
from formcheck.measures.table import compute_measures
from formcheck.model import FloatArray, PoseObservation, Update
from formcheck.specs.schema import ExerciseSpec, GaitMovement

__all__ = ["StrideWatch", "WalkCourse"]

_WINDOW_S: Final = 6.0
_LOOK_EVERY_S: Final = 0.5
_TURN_S: Final = 6.0
"""So long people may be out of the picture, to turn round and come back, before they are told to."""
_BEGIN_S: Final = 6.0
"""So long after they were told to, people may take to walk."""
_SEEN_S: Final = 0.5
_LONGEST_GAP_S: Final = 1.0
"""Default, not from literature."""


@dataclass(slots=True)
class StrideWatch:
    """`update(observation)` every frame; `strides` and `steps` are those seen so far, `walked_s` the time they took.

    `problem` is what keeps the last seconds from being read as a walk.
    """

    limits: GaitLimits
    strides: int = 0
    steps: int = 0
    walked_s: float = 0.0
    problem: str | None = None
    _rows: deque[tuple[float, FloatArray]] = field(default_factory=deque)
    _looked_s: float = -math.inf
    _last_start_s: float = -math.inf
    _until_s: float = -math.inf

    def update(self, observation: PoseObservation) -> None:
        """Take one frame."""
        t = observation.time_s
        row = compute_measures(observation.points, observation.visibility, observation.sd_px)
        self._rows.append((t, row))
        while t - self._rows[0][0] > _WINDOW_S:
            self._rows.popleft()
        if t - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = t
            self._look()

    def _look(self) -> None:
        times, rows = zip(*self._rows, strict=True)
        # The stature scales lengths only, and none are shown before the end.
        walk = read_walk(np.array(rows), np.array(times), self.limits, Stature(ASSUMED_STATURE_CM, 0.0))
        if isinstance(walk, str):
            self.problem = walk
            return
        self.problem = None
        for stride in walk.strides:
            if stride.start_s - self._last_start_s > self.limits.min_s / 4:
                self._count(stride.start_s, stride.end_s)

    def _count(self, start_s: float, end_s: float) -> None:
        """Count a stride; the first of a run brings two steps more, the last two of it are no stride's beginning."""
        anew = start_s - self._last_start_s > self.limits.max_s
        self.strides += 1
        self.steps += 3 if anew else 1
        self.walked_s += end_s - (start_s if anew else self._until_s)
        self._last_start_s, self._until_s = start_s, end_s


class WalkCourse(Course):
    """A walk. It begins when the person is in the picture and ends with the dose: its strides, or its seconds.

    `ends_with_dose` False goes on past the dose (a video has an end of its own).
    """

    def __init__(self, spec: ExerciseSpec, *, ends_with_dose: bool = True) -> None:
        super().__init__(ends_with_dose=ends_with_dose)
        assert isinstance(spec.movement, GaitMovement)
        self._spec = spec
        self._watch = StrideWatch(GaitLimits(spec.movement.min_s.value, spec.movement.max_s.value))
        self._seen_s = 0.0
        self._idle_since_s = math.nan
        self._last: Update | None = None

    @property
    def begun(self) -> bool:
        """Whether a stride was seen."""
        return self._watch.strides > 0

    # ------------------------------------------------------------------ what happens

    def look(self, observation: PoseObservation) -> None:
        """Take the landmarks of a frame."""
        if self._phase != "finished":
            self._watch.update(observation)

    def update(self, update: Update, *, side: str | None = None, dark: bool = False) -> list[Cue]:
        """Take the engine's update of one frame; `dark` that there is little light."""
        if self._phase == "finished":
            return []
        t = update.time_s
        step_s = 0.0 if self._last is None else min(t - self._last.time_s, _LONGEST_GAP_S)
        self._last = update
        cues = self._begin(update, step_s) if self._phase == "getting_ready" else []
        problem = update.problem if self._phase == "getting_ready" else self._hindrance(t, update.problem)
        self._note_problem(t, LOW_LIGHT if dark and update.problem is not None else problem)
        cues += self._setup_cues(t)
        if self._is_done() or self._has_walked_off(t, update.problem):
            cues += self.finish(t)
        return cues

    def _begin(self, update: Update, step_s: float) -> list[Cue]:
        """Let the walk begin once the person has been in the picture for a moment."""
        # Who comes in walking is seen whole in most frames, not in all.
        self._seen_s = max(self._seen_s + (step_s if update.problem is None else -step_s), 0.0)
        if self._seen_s < _SEEN_S:
            return []
        self._enter("counting", update.time_s)
        self._idle_since_s = update.time_s
        return [Cue(update.time_s, "go", "Good. Walk.", EVENT)]

    def _hindrance(self, t: float, problem: str | None) -> str | None:
        """Return what should be told: neither that somebody turns outside the picture, nor that they set out slowly."""
        if problem == "no_person":
            self._idle_since_s = t
            gone_s = 0.0 if self._gone_since_s is None else t - self._gone_since_s
            waits = self.begun and gone_s < _TURN_S
            return None if waits else problem
        if self._watch.problem is None:
            self._idle_since_s = t
        idle = t - self._idle_since_s >= _BEGIN_S
        return (problem or self._watch.problem) if idle else None

    def _is_done(self) -> bool:
        dose = self._spec.dose
        if not self._ends_with_dose:
            return False
        if dose.hold_s is not None:
            return self._watch.walked_s >= dose.hold_s
        return dose.reps is not None and self._watch.strides >= dose.reps

    def _short_of_dose(self) -> str:
        """Return how much of the dose was walked, in a sentence; empty where all of it was."""
        watch, dose = self._watch, self._spec.dose
        if dose.hold_s is not None:
            short = watch.walked_s < dose.hold_s
            return f"{math.floor(watch.walked_s)} of {dose.hold_s:.0f} seconds." if short else ""
        return f"{watch.strides} of {dose.reps}." if dose.reps is not None and watch.strides < dose.reps else ""

    # ------------------------------------------------------------------ what to show

    def scene(self, time_s: float) -> Scene:
        """Return what to show at `time_s`."""
        watch, dose = self._watch, self._spec.dose
        lasting = time_s - self._problem_since_s >= SHOW_PROBLEM_AFTER_S
        problem = self._problem if lasting and not self._asked_to_pause else None
        timed = dose.hold_s is not None
        return Scene(
            phase="paused" if self._asked_to_pause and self._phase != "finished" else self._phase,
            words=self._shown_words(problem),
            count=watch.strides,
            target=None if timed else dose.reps,
            held_s=watch.walked_s if timed else math.nan,
            target_s=dose.hold_s if dose.hold_s is not None else math.nan,
            progress=watch.strides / dose.reps if dose.reps else 0.0,
            problem=problem,
            asked_to_pause=self._asked_to_pause,
            noun="strides",
            sign="no_strides",
        )

    def _shown_words(self, problem: str | None) -> Words:
        if self._asked_to_pause:
            return Words("Paused", "Press space to go on.")
        if problem is not None:
            return Words(HEADLINES[problem], SAID[problem], "cannot_judge")
        if self._phase == "getting_ready":
            return Words("Get ready", "Show your whole body. You may begin at the edge of the picture.")
        away = self._last is not None and self._last.problem == "no_person"
        if away:
            return Words("Turn round and come back", self._so_far())
        return Words("Keep walking" if self.begun else "Walk", self._so_far() or self._spec.instructions[0])

    def _so_far(self) -> str:
        steps, seconds = self._watch.steps, self._watch.walked_s
        return f"{steps} steps seen in {seconds:.0f} seconds." if steps else ""
