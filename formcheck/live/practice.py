"""The course of one set: getting ready, countdown, counting or holding, paused, finished. Pure: time is in the data.

Takes the engine's updates; says what to show and what to say. The engine counts from the moment the person stands still
in place; the countdown only tells them to begin, and whoever begins earlier cuts it short.
"""

from __future__ import annotations

import math
from typing import Final

from formcheck.feedback.cues import TURN_S, Cue, FaultPrompts
from formcheck.live.course import EVENT, SHOW_PROBLEM_AFTER_S, URGENT, Course
from formcheck.live.limits import LimitWatch
from formcheck.live.scene import HEADLINES, LOW_LIGHT, SAID, Phase, Scene, Words
from formcheck.live.verdict_words import verdict_words
from formcheck.model import Event, Hold, HoldEnded, HoldStarted, NotCounted, Rep, RepEnded, RepStarted, Update, Verdict
from formcheck.specs.schema import ExerciseSpec

__all__ = ["Practice"]

COUNTDOWN_S: Final = 3
_NOTICED_S: Final = 2.0
"""A shorter pause is a stumble of the eye that judges, and is not spoken of."""
_TICKS_S: Final = 5
_WARN_S: Final = 10
_IN_PLACE: Final = ("ready", "rest", "moving", "hold")
_COUNT: Final = 1
"""The least urgent of cues."""


class Practice(Course):
    """A set of reps or holds; `ends_with_dose` False goes on counting past the dose (a video has an end of its own)."""

    def __init__(self, spec: ExerciseSpec, *, ends_with_dose: bool = True) -> None:
        super().__init__(ends_with_dose=ends_with_dose)
        self._spec = spec
        self._holds = spec.movement.kind == "hold"
        self._target = spec.dose.reps or (1 if self._holds else None)
        self._target_s = spec.dose.hold_s or math.nan
        self._last: Update | None = None
        self._words = Words()
        self._verdicts: list[Verdict] = []
        self._longest_s = 0.0
        self._whole = 0
        self._said_other = False
        self._ticked: set[int] = set()
        self._faults = FaultPrompts()
        self._limits = LimitWatch(spec)

    @property
    def begun(self) -> bool:
        """Whether anything was completed."""
        return bool(self._verdicts)

    @property
    def stressed(self) -> frozenset[str]:
        """The rules whose limit is exceeded right now."""
        return self._limits.exceeded

    # ------------------------------------------------------------------ what happens

    def update(self, update: Update, *, side: str | None = None, dark: bool = False) -> list[Cue]:
        """Take the engine's update of one frame; `side` is the leg it judges, `dark` that there is little light."""
        if self._phase == "finished":
            return []
        t = update.time_s
        self._last = update
        self._note_problem(t, LOW_LIGHT if dark and update.problem is not None else update.problem)
        exceeded = self._limits.update(update, side)
        cues = [cue for event in update.events for cue in self._take(event)]
        cues += self._follow(update)
        if self._phase == "holding":
            cues += self._hold_cues(update)
            cues += [Cue(t, "cue", self._spec.rules[rule].cue, URGENT) for rule in exceeded]
        cues += self._setup_cues(t)
        if self._has_walked_off(t, update.problem):
            cues += self.finish(t)
        return cues

    def _enter(self, phase: Phase, t: float) -> None:
        super()._enter(phase, t)
        self._ticked = set()

    def _take(self, event: Event) -> list[Cue]:
        match event:
            case RepStarted():
                if self._phase == "countdown":
                    self._enter("counting", event.time_s)
            case RepEnded():
                return self._rep_done(event.time_s, event.rep)
            case HoldStarted():
                self._enter("holding", event.time_s)
                self._words = Words("Hold", self._instruction())
                return [Cue(event.time_s, "go", "Hold.", EVENT)]
            case HoldEnded():
                return self._hold_done(event.time_s, event.hold)
            case NotCounted():
                return self._not_counted(event.time_s, event.text)
        return []

    def _rep_done(self, t: float, rep: Rep) -> list[Cue]:
        self._verdicts.append(rep.verdict)
        self._words = verdict_words(rep, self._spec)
        done = len(self._verdicts)
        if self._ends_with_dose and done == self._target:
            return self.finish(t)
        rule = self._faults.update([fault.rule for fault in rep.faults])
        if rule is not None:
            return [Cue(rep.end_s, "cue", self._spec.rules[rule].cue, URGENT, TURN_S)]
        left = None if self._target is None else self._target - done
        words = {0: f"{done}. That is your dose.", 1: f"{done}. One more."}.get(-1 if left is None else left, f"{done}")
        return [Cue(rep.end_s, "count", words, _COUNT, TURN_S)]

    def _hold_done(self, t: float, hold: Hold) -> list[Cue]:
        self._verdicts.append(hold.verdict)
        self._longest_s = max(self._longest_s, hold.held_s)
        self._whole += hold.reached
        self._words = verdict_words(hold, self._spec)
        self._enter("counting", t)
        if not hold.reached and not hold.faults:
            self._words = Words("Take it up again", f"Held for {hold.held_s:.0f} of {hold.target_s:.0f} s.", "watch")
        if hold.reached and self._ends_with_dose and len(self._verdicts) >= (self._target or 1):
            return self.finish(t)
        if hold.reached:
            return [Cue(t, "count", "Good.", _COUNT)]
        return [Cue(t, "attention", f"{hold.held_s:.0f} seconds. Take it up again.", EVENT)]

    def _not_counted(self, t: float, seen: str) -> list[Cue]:
        """Take that something was clearly another exercise: it is shown each time, and said once."""
        if self._phase == "holding":
            self._enter("counting", t)
        self._words = Words("Not counted", f"It was not this exercise: {seen}.", "cannot_judge")
        if self._said_other:
            return []
        self._said_other = True
        words = f"Not counted. It was not this exercise: {seen}. Is it the right one?"
        return [Cue(t, "attention", words, EVENT)]

    def _short_of_dose(self) -> str:
        """Return how much of the dose was done, in a sentence; of a hold that was never reached, its seconds."""
        done = self._whole if self._holds else len(self._verdicts)
        if self._target is None or done >= self._target:
            return ""
        if self._holds and not done:
            return f"{self._longest_s:.0f} of {self._target_s:.0f} seconds."
        return f"{done} of {self._target}."

    def _instruction(self) -> str:
        """Return the instruction that says how it is done; the first one says how to stand."""
        return self._spec.instructions[min(1, len(self._spec.instructions) - 1)]

    # ------------------------------------------------------------------ where the set stands

    def _follow(self, update: Update) -> list[Cue]:
        """Follow the engine in and out of place."""
        t, in_place = update.time_s, update.stage in _IN_PLACE
        match self._phase:
            case "getting_ready" if in_place:
                return self._in_place(t)
            case "countdown" if not in_place:
                self._enter("getting_ready", t)
            case "countdown":
                return self._count_down(t)
            case "counting" | "holding" if not in_place:
                self._enter("paused", t)
            case "paused" if in_place:
                words = "Go on." if t - self._since_s >= _NOTICED_S else ""
                self._enter("holding" if update.stage == "hold" else "counting", t)
                return [Cue(t, "go" if words else "none", words, EVENT)]
        return []

    def _in_place(self, t: float) -> list[Cue]:
        if self._holds:
            self._enter("counting", t)
            self._words = Words("Take up the position", self._spec.instructions[0])
            return [Cue(t, "go", "Good. Take up the position.", EVENT)]
        self._enter("countdown", t)
        return [self._tick(t, COUNTDOWN_S, f"Good. {COUNTDOWN_S}")]

    def _count_down(self, t: float) -> list[Cue]:
        left = COUNTDOWN_S - math.floor(t - self._since_s)
        if left <= 0:
            self._enter("counting", t)
            self._words = Words("Go", self._instruction())
            return [Cue(t, "go", "Go.", EVENT)]
        return [] if left in self._ticked else [self._tick(t, left, str(left))]

    def _tick(self, t: float, second: int, words: str) -> Cue:
        self._ticked.add(second)
        return Cue(t, "tick", words, EVENT, TURN_S)

    def _hold_cues(self, update: Update) -> list[Cue]:
        """Count the last seconds of a hold; say when there are ten left, and when it is done."""
        t, left = update.time_s, self._target_s - update.held_s
        if math.isnan(left):
            return []
        if left <= 0:
            return [] if 0 in self._ticked else [self._reached(t)]
        second = math.ceil(left)
        if second in self._ticked or not (second <= _TICKS_S or second == _WARN_S < self._target_s / 2):
            return []
        return [self._tick(t, second, str(second) if second <= _TICKS_S else "Ten seconds.")]

    def _reached(self, t: float) -> Cue:
        self._ticked.add(0)
        self._words = Words("Done. Let go slowly", "", "ok")
        return Cue(t, "reached", "Done. Let go slowly.", URGENT)

    # ------------------------------------------------------------------ what to show

    def scene(self, time_s: float) -> Scene:
        """Return what to show at `time_s`."""
        last = self._last
        problem = self._shown_problem(time_s)
        return Scene(
            phase="paused" if self._asked_to_pause and self._phase != "finished" else self._phase,
            words=self._shown_words(problem),
            count=len(self._verdicts),
            target=self._target,
            held_s=last.held_s if self._holds and last is not None else 0.0 if self._holds else math.nan,
            target_s=self._target_s,
            progress=last.progress if last is not None else 0.0,
            verdicts=tuple(self._verdicts),
            problem=problem,
            countdown=self._shown_countdown(time_s),
            asked_to_pause=self._asked_to_pause,
        )

    def _shown_problem(self, time_s: float) -> str | None:
        if self._problem is None or self._asked_to_pause:
            return None
        waiting = self._phase in ("getting_ready", "paused") and self._problem != "moving"
        lasting = time_s - self._problem_since_s >= SHOW_PROBLEM_AFTER_S
        return self._problem if lasting or waiting else None

    def _shown_words(self, problem: str | None) -> Words:
        if self._asked_to_pause:
            return Words("Paused", "Press space to go on.")
        if problem is not None:
            return Words(HEADLINES[problem], SAID[problem], "cannot_judge")
        match self._phase:
            case "getting_ready":
                return Words("Stand still", SAID["moving"])
            case "paused":
                return Words("Stand still", "Paused. It goes on once you stand still in place.")
            case "countdown":
                return Words("Get ready", self._instruction())
        if self._phase == "holding" and self._limits.exceeded:
            return Words(self._exceeded_cue(), "", "fault")
        if self._limits.exceeded and self._last is not None and self._last.stage == "moving":
            return Words(self._exceeded_cue(), "", "watch")  # this rep is not over: its verdict may still be good
        return self._words

    def _exceeded_cue(self) -> str:
        """Return the cue of the most important limit that is exceeded right now."""
        return self._spec.rules[min(self._limits.exceeded, key=list(self._spec.rules).index)].cue

    def _shown_countdown(self, time_s: float) -> int | None:
        if self._phase != "countdown":
            return None
        return max(COUNTDOWN_S - math.floor(time_s - self._since_s), 1)
