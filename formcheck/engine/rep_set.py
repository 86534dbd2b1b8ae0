"""A set of reps: each is counted, timed and judged as it ends, against the rest ahead of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from formcheck.engine.calibrate import seen_median
from formcheck.engine.frames import FrameTable
from formcheck.engine.judge import is_faultless, judge_rep, judge_set
from formcheck.engine.movement import movement_value, pick_side
from formcheck.engine.nothing import Seen
from formcheck.engine.ongoing import Asked, Finished, OngoingSet
from formcheck.engine.place import Place
from formcheck.engine.reps import RepCounter, RepLimits
from formcheck.engine.series import ZeroHistory
from formcheck.engine.shows import Refused
from formcheck.engine.timing import RepTiming, time_by_step, time_with_second
from formcheck.measures.names import readable_in
from formcheck.measures.table import COLUMN
from formcheck.model import Event, FloatArray, NotCounted, Rep, RepEnded, RepStarted, SetupProblem, Stage
from formcheck.rules import Evidence
from formcheck.specs.schema import RepMovement

__all__ = ["RepSet"]

_REST_S: Final = 0.8
_REST_WITHIN_S: Final = 3.0
_LEAST_REST_FRAMES: Final = 4
_LEAST_SEEN: Final = 0.3
_AROUND_S: Final = 0.4
_TOP_S: Final = 0.15
_STEP_S: Final = 2.0  # a foot goes no longer ahead of the body, or behind it
_ONSET_S: Final = 0.8  # a step or a lunge begins before the body rises or sinks
"""All of them: default, not from literature."""
_BEGUN: Final = "A movement was under way before you stood still, and is not counted. Begin with two still seconds."


class RepSet(OngoingSet):
    """Reps of one movement. Every rest gives new zeros; every place a new counter, which knows the best rep so far."""

    def __init__(self, movement: RepMovement, asked: Asked, frames: FrameTable, zeros: ZeroHistory) -> None:
        super().__init__(asked, frames, zeros)
        self._movement = movement
        self._limits = RepLimits(
            movement.enter.value, movement.most.value, movement.least.value, movement.min_s.value, movement.max_s.value
        )
        self._counter = RepCounter(self._limits, base=math.nan)
        self._counted: list[tuple[RepTiming, Place]] = []
        self._evidence: list[Evidence] = []
        self._peers: list[Evidence] = []
        self._refused = Refused(movement.shows, "movement")
        self._seen = Seen(movement.measure, movement.sign)
        self._begun: tuple[SetupProblem, ...] | None = None

    @property
    def stage(self) -> Stage:
        """Whether a rep is on."""
        return "rest" if self._counter.phase == "rest" else "moving"

    @property
    def must_stay(self) -> bool:
        """Whether steps are no part of the movement."""
        return self._movement.planted

    @property
    def strayed(self) -> bool:
        """Whether the person has left the movement's range."""
        return self._counter.strayed

    @property
    def progress(self) -> float:
        """The height of the movement as a share of the best so far."""
        return self._counter.progress

    def settled(self, i: int, rows: FloatArray, place: Place) -> None:
        """Count from the height the person rests at."""
        values = [self._value(row, place) for row in rows.tolist()]
        self._counter = RepCounter(self._limits, float(np.nanmedian(values)), self._counter.best)
        if self._begun is None:
            self._begun = self._under_way_before(i, place)

    def left(self) -> None:
        """Forget a rep that was on."""
        self._counter = RepCounter(self._limits, math.nan, self._counter.best)

    def step(self, i: int, row: list[float], place: Place) -> list[Event]:
        """Take frame `i`; return the beginning and the end of a rep."""
        t, was_resting = self._frames.time_s[i], self._counter.phase == "rest"
        hidden = row[COLUMN[f"leg_visibility_{place.side}"]] < _LEAST_SEEN
        x = math.nan if hidden else self._value(row, place)
        # One leg's landmarks glitch; the middle of hips and shoulders does not.
        steady = self._movement.measure == "body_rise_cm"
        at_s, x = (t, x) if steady else place.steady.update(t, x)
        self._seen.note(x - self._counter.base)
        best, lowered_s = self._counter.best, self._counter.lowered_s
        timing = self._counter.update(at_s, x)
        self._seen.strayed |= self._counter.strayed
        self._frames.mark_rest(i, self._counter.at_rest)
        if self._counter.lowered_s > lowered_s:
            self._frames.mark_only_rest(self._frames.since(self._counter.lowered_s), i)
        events: list[Event] = []
        if was_resting and self._counter.phase == "up":
            self._zero_at_rest(i if self._movement.planted else self._frames.since(t - _ONSET_S), place)
            events.append(RepStarted(t))
        rep = None if timing is None else self._judge(i, timing, place)
        if rep is not None:
            events.append(RepEnded(t, rep))
        elif timing is not None:
            self._counter.best = best
            events.append(NotCounted(t, self._refused.last))
        return events

    def finish(self, end_s: float, place: Place | None) -> Finished:
        """Judge all reps again: only now is the person's own best known, and a first rep that was a small one."""
        last = self._counter.finish()
        if last is not None and place is not None:
            self._judge(len(self._frames) - 1, last, place)
        if self._movement.timed_by is not None and not self._movement.planted:
            self._time_again()
        spec = self._asked.spec
        reps = [judge_rep(spec, k, evidence, self._peers) for k, evidence in enumerate(self._evidence, 1)]
        refused = self._refused.problem(spec.name)
        least_s, most_s = (limit.value for limit in (self._movement.min_s, self._movement.max_s))
        whole = f"A movement began, but was not seen to end at rest within {least_s:g} to {most_s:g} s."
        return Finished(
            place,
            reps=reps,
            faults=judge_set(spec, self._evidence),
            problems=(*(self._begun or ()), *(() if refused is None else (refused,))),
            why_none=self._seen.why(self._limits.enter, whole, end_s),
        )

    def _time_again(self) -> None:
        """Time reps that begin and end with a step once more: the foot is back after the body, which was counted."""
        counted, self._evidence = self._counted, []
        for k, (timing, place) in enumerate(counted, 1):
            until_s = counted[k][0].start_s if k < len(counted) else math.inf
            last = min(len(self._frames), self._frames.since(until_s)) - 1
            self._evidence.append(self._read(last, timing, place))
        self._peers = [evidence for evidence in self._evidence if is_faultless(self._asked.spec, evidence)]

    def _value(self, row: list[float], place: Place) -> float:
        movement = self._movement
        return movement.sign * movement_value(movement.measure, row, place.side, place.scale)

    def _under_way_before(self, i: int, place: Place) -> tuple[SetupProblem, ...]:
        """Return the problem of a movement in place before the person first stood still: it had no rest ahead of it."""
        frames = self._frames
        low, top = (self._counter.base + limit for limit in (self._limits.enter, self._limits.most))
        high = [
            t
            for t, problem, row in zip(frames.time_s[:i], frames.problems[:i], frames.rows[:i].tolist(), strict=True)
            if problem is None and not place.stepped(row) and low < self._value(row, place) < top
        ]
        if not self._movement.planted or not high or high[-1] - high[0] < self._limits.min_s:
            return ()
        return (SetupProblem("begun_before", high[0], high[-1], _BEGUN),)

    def _zero_at_rest(self, i: int, place: Place) -> None:
        """Take new zeros from the last rest before frame `i`."""
        picked = self._frames.rest_before(i, within_s=_REST_WITHIN_S, lasting_s=_REST_S)
        if len(picked) >= _LEAST_REST_FRAMES:
            place.take_zeros(self._frames.rows[picked])
            self._zeros.note(picked[0], place)

    def _judge(self, i: int, timing: RepTiming, place: Place) -> Rep | None:
        """Judge a rep that has ended; None if it was none of this exercise."""
        spec = self._asked.spec
        self._find_side_anew(timing, place)
        evidence = self._read(i, timing, place)
        if self._refused.refuses(evidence):
            return None
        self._counted.append((timing, replace(place)))
        self._evidence.append(evidence)
        if is_faultless(spec, evidence):
            self._peers.append(evidence)
        rep = judge_rep(spec, len(self._evidence), evidence, self._peers)
        self._reps.append(rep)
        return rep

    def _read(self, i: int, timing: RepTiming, place: Place) -> Evidence:
        """Return what is seen of a rep by frame `i`, timed by the second measure that its spec names as well."""
        second, planted = self._movement.timed_by, self._movement.planted
        after_s = self._evidence[-1].end_s if self._evidence else -math.inf
        if second is not None and readable_in(second, place.view):
            around_s = _AROUND_S if planted else _STEP_S
            start_s = max(timing.start_s - around_s, after_s)
            around = self._evidence_of(i, replace(timing, start_s=start_s, end_s=timing.end_s + around_s), place)
            trace = around.time_s, *around.values(second)
            # A body sinks with the square of its joints' angles: it starts late and is back early.
            sinks = self._movement.measure == "body_rise_cm" and self._movement.sign < 0
            timing = time_with_second(timing, *trace, alone=sinks) if planted else time_by_step(timing, *trace)
        start_s = max(timing.start_s, min(after_s, timing.peak_s))  # where the seam of two reps is hidden
        return self._evidence_of(i, replace(timing, start_s=start_s), place)

    def _find_side_anew(self, timing: RepTiming, place: Place) -> None:
        """Find the leg to judge at the top of a rep that began with both legs alike."""
        rule = self._asked.spec.side
        if self._movement.planted or rule in ("both", "stance") or self._asked.side is not None:
            return
        top = self._frames.between(timing.peak_s - _TOP_S, timing.peak_s + _TOP_S, last=len(self._frames) - 1)
        picked = pick_side(rule, seen_median(self._frames.rows[top]).tolist(), place.scale.facing, place.near)
        if picked is not None:
            place.side, place.moving = picked, "left" if picked == "left" else "right"

    def _evidence_of(self, i: int, timing: RepTiming, place: Place) -> Evidence:
        return self._gather(i, timing, place, place.moving)
