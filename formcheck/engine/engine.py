"""The engine: observations in, events and a result out. Pure, causal, without clock or picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from formcheck.engine.calibrate import calibrate, seen_median
from formcheck.engine.frames import FrameTable
from formcheck.engine.gait import GaitLimits, Walk, read_walk
from formcheck.engine.holds import HoldLimits, HoldTimer, HoldTiming
from formcheck.engine.judge import is_faultless, judge_hold, judge_rep, judge_set
from formcheck.engine.movement import movement_value, pick_side
from formcheck.engine.outcome import count_verdicts, feet_trusted, shown_limits, view_notes
from formcheck.engine.place import Place, Stature, settle
from formcheck.engine.problems import ProblemLog
from formcheck.engine.reps import RepCounter, RepLimits
from formcheck.engine.series import Readout, ZeroHistory
from formcheck.engine.setup import PROBLEMS
from formcheck.engine.timing import RepTiming, time_with_second
from formcheck.errors import SpecError
from formcheck.measures.names import column_name
from formcheck.measures.scale import ASSUMED_STATURE_CM
from formcheck.measures.table import COLUMN, compute_measures
from formcheck.model import (
    Event,
    FloatArray,
    Hold,
    HoldEnded,
    HoldStarted,
    LandmarkRecording,
    PoseObservation,
    Provenance,
    Rep,
    RepEnded,
    RepStarted,
    SetResult,
    SetupProblem,
    Side,
    SourceInfo,
    Stage,
    Update,
)
from formcheck.rules import Evidence, RisesAbove
from formcheck.skeleton import SIDES
from formcheck.specs.schema import ExerciseSpec, GaitMovement, GuidedMovement, HoldMovement, RepMovement

__all__ = ["Engine"]

_LOST_S: Final = 1.5
_MOVED_S: Final = 0.25
_REST_S: Final = 0.8
_REST_WITHIN_S: Final = 3.0
_LEAST_REST_FRAMES: Final = 4
_LEAST_SEEN: Final = 0.3
_AROUND_S: Final = 0.4
_TOP_S: Final = 0.15
_ONSET_S: Final = 0.8  # a step or a lunge begins before the body rises or sinks
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
        if isinstance(spec.movement, GuidedMovement):
            raise SpecError(
                f"{spec.id}: nothing of this exercise is measured; practise it with `formcheck live {spec.id}`"
            )
        self.spec = spec
        self._assumed = stature_cm is None
        self._stature = (
            Stature(ASSUMED_STATURE_CM, _ASSUMED_STATURE_SD) if stature_cm is None else Stature(stature_cm, _STATURE_SD)
        )
        self._asked_side = None if side == "both" else side
        self._metronome = metronome
        self._frames = FrameTable(spec.posture)
        self._zeros = ZeroHistory()
        self._readout = Readout()
        self._problems = ProblemLog()
        self._place: Place | None = None
        self._last_place: Place | None = None
        self._counter: RepCounter | None = None
        self._timer: HoldTimer | None = None
        self._in_place_s = math.nan
        self._zeroed_s = math.nan
        self._best = 0.0
        self._reps: list[Rep] = []
        self._holds: list[Hold] = []
        self._evidence: list[Evidence] = []
        self._peers: list[Evidence] = []
        self._breaking = {
            name: rule for name, rule in spec.rules.items() if isinstance(rule, RisesAbove) and rule.breaks
        }

    @property
    def place(self) -> Place | None:
        """Where and how the person stands, or stood last; None before they first stood still."""
        return self._last_place

    # ------------------------------------------------------------------ frames in

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
        if self._place is None:
            problem = self._settle(i)
        if self._place is not None:
            row = self._frames.rows[i].tolist()
            if self._left(t, row, problem, self._place):
                self._leave()
            elif self._counter is not None:
                events += self._step_reps(i, row, self._place, self._counter)
            elif self._timer is not None:
                events += self._step_hold(i, row, self._place, self._timer)
        changed = self._problems.update(t, problem)
        return (*events, changed) if changed is not None else tuple(events)

    # ------------------------------------------------------------------ coming and going

    def _settle(self, i: int) -> str | None:
        """Take the person's place once they stand still; return what stands in the way."""
        if isinstance(self.spec.movement, GaitMovement):
            return self._frames.problems[i]
        found = settle(self.spec, self._frames, i, self._stature, self._asked_side)
        if isinstance(found, str):
            return found
        place, rows = found
        self._place = self._last_place = place
        self._zeroed_s = self._frames.time_s[i]
        self._zeros.note(i, place)
        self._in_place_s = self._frames.time_s[i]
        movement = self.spec.movement
        if isinstance(movement, RepMovement):
            self._counter = self._new_counter(movement, rows, place)
        elif isinstance(movement, HoldMovement) and self._timer is None:
            self._timer = _new_timer(movement)
        return None

    def _new_counter(self, movement: RepMovement, rows: FloatArray, place: Place) -> RepCounter:
        values = [movement_value(movement.measure, row, place.side, place.scale) for row in rows.tolist()]
        limits = RepLimits(
            movement.enter.value, movement.most.value, movement.least.value, movement.min_s.value, movement.max_s.value
        )
        return RepCounter(limits, movement.sign * float(np.nanmedian(values)), self._best)

    def _left(self, t: float, row: list[float], problem: str | None, place: Place) -> bool:
        """Whether the person has gone from their place."""
        if problem in ("no_person", "feet_out_of_frame"):
            return t - self._in_place_s > _LOST_S
        if self._counter is not None and self._counter.strayed:
            return True
        if not self._must_stay() or not place.stepped(row):
            self._in_place_s = t
        return t - self._in_place_s > _MOVED_S

    def _must_stay(self) -> bool:
        """Whether a step would be out of the exercise now: not while a hold is on, nor where it is part of it."""
        movement = self.spec.movement
        if isinstance(movement, HoldMovement):
            free_to_move = self._timer is None or self._timer.holding or self.spec.side in ("stance", "lifted")
            return movement.planted and not free_to_move
        return isinstance(movement, RepMovement) and movement.planted

    def _leave(self) -> None:
        if self._counter is not None:
            self._best = self._counter.best
        self._place = self._counter = None

    # ------------------------------------------------------------------ reps

    def _step_reps(self, i: int, row: list[float], place: Place, counter: RepCounter) -> list[Event]:
        movement = self.spec.movement
        assert isinstance(movement, RepMovement)
        t = self._frames.time_s[i]
        x = movement.sign * movement_value(movement.measure, row, place.side, place.scale)
        if row[COLUMN[f"leg_visibility_{place.side}"]] < _LEAST_SEEN:
            x = math.nan
        was_resting = counter.phase == "rest"
        # One leg's landmarks glitch; the middle of hips and shoulders does not.
        steady = movement.measure == "body_rise_cm"
        timing = counter.update(t, x) if steady else counter.update(*place.steady.update(t, x))
        self._frames.mark_rest(i, counter.at_rest)
        events: list[Event] = []
        if was_resting and counter.phase == "up":
            self._zero_at_rest(i if movement.planted else self._frames.since(t - _ONSET_S), place)
            events.append(RepStarted(t))
        if timing is not None:
            events.append(RepEnded(t, self._judge_rep(i, timing, place)))
        return events

    def _zero_at_rest(self, i: int, place: Place) -> None:
        """Take new zeros from the last rest before frame `i`."""
        picked = self._frames.rest_before(i, within_s=_REST_WITHIN_S, lasting_s=_REST_S)
        if len(picked) >= _LEAST_REST_FRAMES:
            place.take_zeros(self._frames.rows[picked])
            self._zeros.note(picked[0], place)

    def _judge_rep(self, i: int, timing: RepTiming, place: Place) -> Rep:
        timing = self._time_by_second_measure(i, timing, place)
        self._find_side_anew(timing, place)
        evidence = self._gather(i, timing, place)
        self._evidence.append(evidence)
        if is_faultless(self.spec, evidence):
            self._peers.append(evidence)
        rep = judge_rep(self.spec, len(self._reps) + 1, evidence, self._peers)
        self._reps.append(rep)
        return rep

    def _find_side_anew(self, timing: RepTiming, place: Place) -> None:
        """Find the leg to judge at the top of a rep that began with both legs alike."""
        movement, rule = self.spec.movement, self.spec.side
        assert isinstance(movement, RepMovement)
        if movement.planted or rule in ("both", "stance") or self._asked_side is not None:
            return
        top = self._frames.between(timing.peak_s - _TOP_S, timing.peak_s + _TOP_S, last=len(self._frames) - 1)
        picked = pick_side(rule, seen_median(self._frames.rows[top]).tolist(), place.scale.facing, place.near)
        if picked is not None:
            place.side, place.moving = picked, "left" if picked == "left" else "right"

    def _time_by_second_measure(self, i: int, timing: RepTiming, place: Place) -> RepTiming:
        """Time a rep by the second measure its spec names as well: the heel, beside the body."""
        movement = self.spec.movement
        assert isinstance(movement, RepMovement)
        if movement.timed_by is None or place.view == "front":
            return timing
        after_s = self._reps[-1].end_s if self._reps else -math.inf
        start_s = max(timing.start_s - _AROUND_S, after_s)
        around = self._gather(i, replace(timing, start_s=start_s, end_s=timing.end_s + _AROUND_S), place)
        return time_with_second(timing, around.time_s, *around.values(movement.timed_by))

    def _gather(self, i: int, timing: RepTiming, place: Place, moving: Side | None = None) -> Evidence:
        """Collect what rules get to see of a rep or hold: its frames up to frame `i`."""
        lead_s = self.spec.movement.lead_s.value if isinstance(self.spec.movement, RepMovement) else 0.0
        inside = self._frames.between(timing.start_s - lead_s, timing.end_s, last=i)
        return Evidence(
            side="left" if place.side == "left" else "right",
            moving=moving or place.moving,
            view=place.view,
            start_s=timing.start_s,
            peak_s=timing.peak_s,
            end_s=timing.end_s,
            time_s=np.array(self._frames.time_s[inside]),
            series=calibrate(self._frames.rows[inside], place.zeros, replace(place.scale, relative_sd=0.0)),
            scale_sd=place.scale.relative_sd,
            feet_trusted=feet_trusted(self.spec, place),
            metronome=self._metronome,
        )

    # ------------------------------------------------------------------ holds

    def _step_hold(self, i: int, row: list[float], place: Place, timer: HoldTimer) -> list[Event]:
        movement = self.spec.movement
        assert isinstance(movement, HoldMovement)
        t, was_holding = self._frames.time_s[i], timer.holding
        seen = self._readout.look_at(i, self._frames.rows, place)
        side = timer.side if was_holding else self._asked_side or self._side_now(row, place, seen)
        x = seen[column_name(movement.measure, side)]
        if movement.planted and not was_holding and x < movement.lost.value and t - self._zeroed_s > _REST_S:
            self._settle(i)
        broken = self._broken(seen, side) if was_holding else None
        timing = timer.update(t, x, side, broken, stepped=was_holding and place.stepped(row))
        events: list[Event] = []
        if timer.holding and not was_holding:
            place.side = timer.side
            if not movement.planted:
                place.stand_anew(self._frames.rows[self._frames.since(t - _REST_S) : i + 1])
                self._zeros.note(self._frames.since(timer.start_s), place)
            events.append(HoldStarted(t))
        if timing is not None:
            events.append(HoldEnded(t, self._judge_hold(i, timing, place)))
        return events

    def _side_now(self, row: list[float], place: Place, seen: Mapping[str, float]) -> str:
        if self.spec.side in ("stance", "lifted") and isinstance(self.spec.movement, HoldMovement):
            left, right = (seen[column_name(self.spec.movement.measure, side)] for side in SIDES)
            return "left" if left > right else "right"
        return pick_side(self.spec.side, row, place.scale.facing, place.near) or place.near

    def _broken(self, seen: Mapping[str, float], side: str) -> str | None:
        """Return the rule that breaks the hold in this frame."""
        for name, rule in self._breaking.items():
            if seen[column_name(rule.measure, side)] > rule.limit.value:
                return name
        return None

    def _judge_hold(self, i: int, timing: HoldTiming, place: Place) -> Hold:
        middle_s = (timing.start_s + timing.end_s) / 2
        side: Side = "left" if timing.side == "left" else "right"
        evidence = self._gather(i, RepTiming(timing.start_s, middle_s, timing.end_s, timing.level), place, side)
        hold = judge_hold(self.spec, len(self._holds) + 1, timing, evidence)
        self._holds.append(hold)
        return hold

    # ------------------------------------------------------------------ out

    def _describe(self, i: int, events: tuple[Event, ...]) -> Update:
        t, place = self._frames.time_s[i], self._place
        held_s = self._timer.held_s(t) if self._timer is not None else 0.0
        measures: Mapping[str, float] = {}
        if place is not None:
            series = calibrate(self._frames.rows[i : i + 1], place.zeros, place.scale)
            measures = {name: float(values[0]) for name, values in series.items()}
        return Update(
            time_s=t,
            stage=self._stage(),
            progress=self._progress(held_s),
            completed=len(self._reps) + len(self._holds),
            held_s=held_s,
            problem=self._problems.current,
            measures=measures,
            events=events,
        )

    def _stage(self) -> Stage:
        if isinstance(self.spec.movement, GaitMovement):
            return "setup" if self._problems.current else "moving"
        if self._place is None:
            return "setup" if self._last_place is None else "paused"
        if self._timer is not None:
            return "hold" if self._timer.holding else "ready"
        return "rest" if self._counter is None or self._counter.phase == "rest" else "moving"

    def _progress(self, held_s: float) -> float:
        if self._counter is not None:
            return self._counter.progress
        target_s = self.spec.dose.hold_s
        return min(held_s / target_s, 1.0) if target_s else 0.0

    def finish(self, source: SourceInfo, provenance: Provenance) -> SetResult:
        """Judge the set as a whole and return the result. Nothing may be fed in afterwards."""
        last, place = len(self._frames) - 1, self._last_place
        end_s = self._frames.time_s[-1] if last >= 0 else 0.0
        unfinished = self._timer.finish(end_s) if self._timer is not None else None
        if unfinished is not None and place is not None:
            self._judge_hold(last, unfinished, place)
        # Only now is the person's own best known: a first rep that was a small one is judged again.
        self._reps = [
            judge_rep(self.spec, rep.index, evidence, self._peers)
            for rep, evidence in zip(self._reps, self._evidence, strict=True)
        ]
        walk = self._read_walk()
        if isinstance(walk, Walk):
            self._reps, place = list(walk.strides), walk.place
            self._zeros.note(0, place)
        seen = np.isfinite(self._frames.rows[:, COLUMN["body_y"]])
        return SetResult(
            exercise=self.spec.id,
            source=source,
            counts=count_verdicts([*self._reps, *self._holds]),
            reps=tuple(self._reps),
            holds=tuple(self._holds),
            setup=self._setup(end_s, walk, anything_seen=place is not None),
            tracked_fraction=float(seen.mean()) if len(seen) else 0.0,
            provenance=replace(provenance, notes=(*provenance.notes, *view_notes(self.spec, place))),
            view=place.view if place else None,
            azimuth_deg=place.azimuth_deg if place else math.nan,
            near_side=place.near if place else "both",
            cm_per_px=place.scale.cm_per_px if place else math.nan,
            stature_cm=self._stature.cm,
            stature_assumed=self._assumed,
            set_faults=judge_set(self.spec, self._evidence),
            series=self._zeros.series(self._frames.rows, self._frames.time_s),
            limits=shown_limits(self.spec, place),
            summary=walk.summary if isinstance(walk, Walk) else {},
        )

    def _read_walk(self) -> Walk | str | None:
        """Return the walk, or what kept it from being read; None where the exercise is another one."""
        movement = self.spec.movement
        if not isinstance(movement, GaitMovement):
            return None
        limits = GaitLimits(movement.min_s.value, movement.max_s.value)
        return read_walk(self._frames.rows, np.array(self._frames.time_s), limits, self._stature)

    def _setup(self, end_s: float, walk: Walk | str | None, *, anything_seen: bool) -> tuple[SetupProblem, ...]:
        told = self._problems.finish(end_s, anything_seen=anything_seen)
        if isinstance(walk, str) and all(problem.problem != walk for problem in told):
            return (*told, SetupProblem(walk, 0.0, end_s, PROBLEMS[walk]))
        return told


def _new_timer(movement: HoldMovement) -> HoldTimer:
    limits = HoldLimits(
        movement.reach.value,
        movement.within.value,
        movement.lost.value,
        movement.settle_s.value,
        movement.grace_s.value,
        movement.keeps == "above",
    )
    return HoldTimer(limits)
