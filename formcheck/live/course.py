"""What the course of every set has: a phase, set-up problems, pauses that were asked for, and an end. Pure."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Final

from formcheck.feedback.cues import Cue, SetupPrompts
from formcheck.live.scene import CAMERA_LOST, SAID, Phase, Scene
from formcheck.model import PoseObservation, Update

__all__ = ["EVENT", "GONE_S", "SHOW_PROBLEM_AFTER_S", "URGENT", "Course"]

GONE_S: Final = 15.0
"""Nobody in the picture for so long after something was done: they have walked off."""
SHOW_PROBLEM_AFTER_S: Final = 0.4
URGENT, EVENT, SETUP = 4, 3, 2
"""Priorities of cues."""


class Course(ABC):
    """`update(...)` every frame returns the cues of that moment; `scene(t)` says what to show."""

    def __init__(self, *, ends_with_dose: bool) -> None:
        self._ends_with_dose = ends_with_dose
        self._phase: Phase = "getting_ready"
        self._since_s = math.nan
        self._problem: str | None = None
        self._problem_since_s = math.nan
        self._gone_since_s: float | None = None
        self._asked_to_pause = False
        self._setup = SetupPrompts()

    @property
    def phase(self) -> Phase:
        """Where the set stands."""
        return self._phase

    @property
    @abstractmethod
    def begun(self) -> bool:
        """Whether anything was completed."""

    @property
    def stressed(self) -> frozenset[str]:
        """The rules whose limit is exceeded right now."""
        return frozenset()

    @property
    def asked_to_pause(self) -> bool:
        """Whether the person asked for a pause; then no frames should go to the engine."""
        return self._asked_to_pause

    # ------------------------------------------------------------------ what happens

    def look(self, observation: PoseObservation) -> None:
        """Take the landmarks of a frame ahead of its update; only a walk needs them."""
        del observation

    @abstractmethod
    def update(self, update: Update, *, side: str | None = None, dark: bool = False) -> list[Cue]:
        """Take the engine's update of one frame; `side` is the leg it judges, `dark` that there is little light."""

    @abstractmethod
    def scene(self, time_s: float) -> Scene:
        """Return what to show at `time_s`."""

    def camera_lost(self, time_s: float) -> list[Cue]:
        """Take that the camera gives no picture."""
        if self._phase == "finished":
            return []
        self._note_problem(time_s, CAMERA_LOST)
        self._gone_since_s = None
        return self._setup_cues(time_s)

    def pause_or_go_on(self, time_s: float) -> list[Cue]:
        """Take that the person asked for a pause, or for its end."""
        if self._phase == "finished":
            return []
        self._asked_to_pause = not self._asked_to_pause
        self._gone_since_s = None
        return [Cue(time_s, "go", "Paused." if self._asked_to_pause else "Go on.", EVENT)]

    def finish(self, time_s: float) -> list[Cue]:
        """End the set."""
        if self._phase == "finished":
            return []
        self._enter("finished", time_s)
        words = f"Done. {self._short_of_dose() or 'Well practised.'}" if self.begun else ""
        return [Cue(time_s, "done", words, URGENT, valid_s=math.inf)]

    @abstractmethod
    def _short_of_dose(self) -> str:
        """Return how much of the dose was done, in a sentence; empty where all of it was."""

    def _enter(self, phase: Phase, t: float) -> None:
        self._phase, self._since_s = phase, t

    def _note_problem(self, t: float, problem: str | None) -> None:
        if problem != self._problem:
            self._problem, self._problem_since_s = problem, t

    def _setup_cues(self, t: float) -> list[Cue]:
        problem = None if self.phase == "finished" else self._setup.update(t, self._problem)
        return [] if problem is None else [Cue(t, "attention", SAID[problem], SETUP)]

    def _has_walked_off(self, t: float, problem: str | None) -> bool:
        """Whether nobody has been seen for so long, after something was done, that the set is over."""
        if problem != "no_person" or not self.begun:
            self._gone_since_s = None
        elif self._gone_since_s is None:
            self._gone_since_s = t
        return self._gone_since_s is not None and t - self._gone_since_s >= GONE_S and self._ends_with_dose
