"""The engine: observations in, events and a result out. Pure, causal, without clock or picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from formcheck.engine.calibrate import ZEROS, Scale, calibrate, seen_median, zero_row
from formcheck.engine.holds import HoldLimits, HoldTimer, HoldTiming
from formcheck.engine.judge import is_faultless, judge_hold, judge_rep, judge_set
from formcheck.engine.movement import movement_value, pick_side
from formcheck.engine.problems import ProblemLog
from formcheck.engine.reps import RepCounter, RepLimits
from formcheck.engine.setup import classify_view, find_problems, is_still, view_problem
from formcheck.engine.timing import RepTiming, time_rep
from formcheck.measures.names import column_name
from formcheck.measures.scale import ASSUMED_STATURE_CM
from formcheck.measures.table import COLUMN, COLUMNS, compute_measures
from formcheck.model import (
    Counts,
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
    Side,
    SourceInfo,
    Stage,
    Update,
    View,
)
from formcheck.signals import RunningMedian
from formcheck.rules import Evidence, RisesAbove
from formcheck.specs.schema import ExerciseSpec, HoldMovement, RepMovement

__all__ = ["Engine"]

_STILL_S = 0.6
_LEAST_STILL_FRAMES = 4
_LOST_S = 1.5
_MOVED_S = 0.25
_MOVED_SHARE = 0.06  # of the stature: half a foot
_REST_S = 0.8
_LEAST_SEEN = 0.3
_AROUND_S = 0.4
_CLEAR_OF_NOISE = 3.0
_GLITCH_S = 0.25
_STATURE_SD, _ASSUMED_STATURE_SD = 0.02, 0.06
"""Default, not from literature; the last is how much adults' stature varies around its mean."""


@dataclass(slots=True)
class _Place:
    """Where and how the person stands since the last calibration."""

    side: str
    moving: Side
    near: str
    view: View
    azimuth_deg: float
    scale: Scale
    toe: tuple[float, float]
    stature_px: float
    zeros: FloatArray
    angle_zeros: list[FloatArray] = field(default_factory=list)
    steady: RunningMedian = field(default_factory=lambda: RunningMedian(_GLITCH_S))


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
        self._stature_cm = ASSUMED_STATURE_CM if stature_cm is None else stature_cm
        self._assumed = stature_cm is None
        self._asked_side = None if side == "both" else side
        self._metronome = metronome
        self._rows = np.empty((256, len(COLUMNS)))
        self._time: list[float] = []
        self._frame_problems: list[str | None] = []
        self._rest: list[bool] = []
        self._size = (0, 0)
        self._place: _Place | None = None
        self._segments: list[tuple[int, FloatArray, Scale]] = []
        self._counter: RepCounter | None = None
        self._timer: HoldTimer | None = None
        self._problems = ProblemLog()
        self._in_place_s = math.nan
        self._best = 0.0
        self._reps: list[Rep] = []
        self._holds: list[Hold] = []
        self._evidence: list[Evidence] = []
        self._peers: list[Evidence] = []
        self._places: list[_Place] = []

    # ------------------------------------------------------------------ frames in

    def update(self, observation: PoseObservation) -> Update:
        """Take one frame."""
        rows = compute_measures(observation.points, observation.visibility, observation.sd_px)[None]
        self._append(rows, [observation.time_s], observation.size)
        events = self._step(len(self._time) - 1)
        return self._describe(len(self._time) - 1, events)

    def run(self, recording: LandmarkRecording) -> list[Event]:
        """Take all frames of a recording; return all events."""
        first = len(self._time)
        rows = compute_measures(recording.points, recording.visibility, recording.sd_px)
        self._append(rows, recording.time_s.tolist(), (recording.source.width, recording.source.height))
        return [event for i in range(first, len(self._time)) for event in self._step(i)]

    def _append(self, rows: FloatArray, times: list[float], size: tuple[int, int]) -> None:
        n, more = len(self._time), len(rows)
        if n + more > len(self._rows):
            grown = np.empty((max(2 * len(self._rows), n + more), len(COLUMNS)))
            grown[:n] = self._rows[:n]
            self._rows = grown
        self._rows[n : n + more] = rows
        self._time += times
        self._size = size
        self._frame_problems += find_problems(rows, size)

    # ------------------------------------------------------------------ one step

    def _step(self, i: int) -> tuple[Event, ...]:
        t, problem = self._time[i], self._frame_problems[i]
        events: list[Event] = []
        self._rest.append(False)
        if self._place is None:
            problem = self._settle(i, problem)
        if self._place is not None:
            row = self._rows[i].tolist()
            if self._left(t, row, problem):
                self._leave()
            elif self._counter is not None:
                events += self._step_reps(i, t, row, self._place, self._counter)
            elif self._timer is not None:
                events += self._step_hold(i, t, row, self._place, self._timer)
        changed = self._problems.update(t, problem)
        return (*events, changed) if changed is not None else tuple(events)

    def _left(self, t: float, row: list[float], problem: str | None) -> bool:
        """Whether the person has gone from the place of the last calibration."""
        place = self._place
        assert place is not None
        if problem in ("no_person", "feet_out_of_frame"):
            return t - self._in_place_s > _LOST_S
        if self._counter is None:
            self._in_place_s = t
            return False
        if self._counter.strayed:
            return True
        if not self._stepped(row, place):
            self._in_place_s = t
        return t - self._in_place_s > _MOVED_S

    @staticmethod
    def _stepped(row: list[float], place: _Place) -> bool:
        """Whether the foot has left its place; not when it is not seen."""
        x, y = row[COLUMN[f"toe_x_{place.side}"]], row[COLUMN[f"toe_y_{place.side}"]]
        return math.hypot(x - place.toe[0], y - place.toe[1]) > _MOVED_SHARE * place.stature_px

    def _leave(self) -> None:
        if self._counter is not None:
            self._best = self._counter.best
        self._place = self._counter = None

    # ------------------------------------------------------------------ getting ready

    def _settle(self, i: int, problem: str | None) -> str | None:
        """Try to calibrate on the newest frames; return what stands in the way."""
        if problem is not None:
            return problem
        first = int(np.searchsorted(self._time, self._time[i] - _STILL_S - 1e-9))
        if self._time[i] - self._time[0] < _STILL_S or i + 1 - first < _LEAST_STILL_FRAMES:
            return "moving"
        window = [p is None for p in self._frame_problems[first : i + 1]]
        rows = self._rows[first : i + 1][window]
        if sum(window) < 0.8 * len(window) or not is_still(rows):
            return "moving"
        return self._calibrate(i, rows)

    def _calibrate(self, i: int, rows: FloatArray) -> str | None:
        middle = seen_median(rows).tolist()
        view = classify_view(middle[COLUMN["azimuth_deg"]])
        wrong_view = view_problem(view, self.spec.view.accepted)
        if wrong_view is not None:
            return wrong_view
        facing = 1.0 if middle[COLUMN["facing"]] >= 0 else -1.0
        near = "right" if facing > 0 else "left"
        side = self._asked_side or pick_side(self.spec.side, middle, facing, near)
        if side is None:
            return "one_foot"
        self._settle_in(i, rows, middle, view, Scale(*self._cm_per_px(middle, near), facing), near, side)
        return None

    def _cm_per_px(self, middle: list[float], near: str) -> tuple[float, float]:
        relative_sd = _ASSUMED_STATURE_SD if self._assumed else _STATURE_SD
        return self._stature_cm / middle[COLUMN[f"standing_px_{near}"]], relative_sd

    def _settle_in(
        self, i: int, rows: FloatArray, middle: list[float], view: View, scale: Scale, near: str, side: str
    ) -> None:
        zeros = zero_row(rows)
        self._place = _Place(
            side=side,
            moving="both" if self.spec.side == "both" else "left" if side == "left" else "right",
            near=near,
            view=view,
            azimuth_deg=middle[COLUMN["azimuth_deg"]],
            scale=scale,
            toe=(middle[COLUMN[f"toe_x_{side}"]], middle[COLUMN[f"toe_y_{side}"]]),
            stature_px=middle[COLUMN[f"standing_px_{near}"]],
            zeros=zeros,
            angle_zeros=[zeros],
        )
        self._places.append(self._place)
        self._segments.append((i, zeros, scale))
        self._in_place_s = self._time[i]
        movement = self.spec.movement
        if isinstance(movement, RepMovement):
            self._counter = self._new_counter(movement, rows, side, scale)
        elif self._timer is None:
            self._timer = HoldTimer(
                HoldLimits(
                    movement.reach.value,
                    movement.within.value,
                    movement.lost.value,
                    movement.settle_s.value,
                    movement.grace_s.value,
                )
            )

    def _new_counter(self, movement: RepMovement, rows: FloatArray, side: str, scale: Scale) -> RepCounter:
        values = [movement.sign * movement_value(movement.measure, row, side, scale) for row in rows.tolist()]
        limits = RepLimits(
            movement.enter.value, movement.most.value, movement.least.value, movement.min_s.value, movement.max_s.value
        )
        return RepCounter(limits, float(np.nanmedian(values)), self._best)

    # ------------------------------------------------------------------ reps

    def _step_reps(self, i: int, t: float, row: list[float], place: _Place, counter: RepCounter) -> list[Event]:
        movement = self.spec.movement
        assert isinstance(movement, RepMovement)
        x = movement.sign * movement_value(movement.measure, row, place.side, place.scale)
        if row[COLUMN[f"leg_visibility_{place.side}"]] < _LEAST_SEEN:
            x = math.nan
        was_resting = counter.phase == "rest"
        if movement.measure != "body_rise_cm":
            timing = counter.update(*place.steady.update(t, x))
        else:
            timing = counter.update(t, x)
        self._rest[i] = counter.at_rest
        events: list[Event] = []
        if was_resting and counter.phase == "up":
            self._zero_at_rest(i, place)
            events.append(RepStarted(t))
        if timing is not None:
            events.append(RepEnded(t, self._judge_rep(timing, place)))
        return events

    def _zero_at_rest(self, i: int, place: _Place) -> None:
        """Take new zeros from the rest just before a movement; angles from the first rests, for they can sag."""
        picked = [j for j in range(max(i - 600, 0), i) if self._rest[j] and self._time[i] - self._time[j] < 3.0]
        picked = [j for j in picked if self._time[picked[-1]] - self._time[j] <= _REST_S]
        if len(picked) < _LEAST_STILL_FRAMES:
            return
        zeros = zero_row(self._rows[picked])
        if len(place.angle_zeros) < _ANGLE_RESTS:
            place.angle_zeros.append(zeros)
        zeros[_ANGLES] = seen_median(np.stack(place.angle_zeros))[_ANGLES]
        place.zeros = zeros
        self._segments.append((picked[0], zeros, place.scale))
        place.toe = self._toe_at(self._rows[picked], place.side)

    @staticmethod
    def _toe_at(rows: FloatArray, side: str) -> tuple[float, float]:
        x, y = seen_median(rows[:, [COLUMN[f"toe_x_{side}"], COLUMN[f"toe_y_{side}"]]])
        return float(x), float(y)

    def _judge_rep(self, timing: RepTiming, place: _Place) -> Rep:
        timing = self._time_by_measure(timing, place)
        evidence = self._gather(timing.start_s, timing.peak_s, timing.end_s, place, place.side, place.moving)
        self._evidence.append(evidence)
        if is_faultless(self.spec, evidence):
            self._peers.append(evidence)
        rep = judge_rep(self.spec, len(self._reps) + 1, evidence, self._peers)
        self._reps.append(rep)
        return rep

    def _time_by_measure(self, timing: RepTiming, place: _Place) -> RepTiming:
        """Time a rep by the measure its spec names as well (the heel, beside the body), and take the middle.

        The two err for different reasons: the body sways on after the heels are down, a foot that is hard to see
        is found to move late.
        """
        movement = self.spec.movement
        assert isinstance(movement, RepMovement)
        if movement.timed_by is None or place.view == "front":
            return timing
        after_s = self._reps[-1].end_s if self._reps else -math.inf
        around = self._gather(
            max(timing.start_s - _AROUND_S, after_s), timing.peak_s, timing.end_s + _AROUND_S, place, place.side, "both"
        )
        x, sd = around.values(movement.timed_by)
        seen = np.isfinite(x)
        if seen.sum() < _LEAST_STILL_FRAMES or np.nanmax(np.abs(x)) < _CLEAR_OF_NOISE * np.nanmedian(sd):
            return timing
        t, x = around.time_s[seen], x[seen]
        x = x if x.max() > -x.min() else -x  # in a lunge the body sinks
        tail = x[t >= timing.end_s - _AROUND_S / 2]
        timed = time_rep(t, x, 0.0, max(float(tail.min()), 0.0) if len(tail) else 0.0)
        return RepTiming(
            start_s=(timing.start_s + timed.start_s) / 2,
            peak_s=(timing.peak_s + timed.peak_s) / 2,
            end_s=(timing.end_s + timed.end_s) / 2,
            height=timing.height,
        )

    def _gather(
        self, start_s: float, peak_s: float, end_s: float, place: _Place, side: str, moving: Side
    ) -> Evidence:
        first = int(np.searchsorted(self._time, start_s))
        last = int(np.searchsorted(self._time, end_s, side="right"))
        rows = self._rows[first : min(last, len(self._rest))]
        return Evidence(
            side="left" if side == "left" else "right",
            moving=moving,
            view=place.view,
            start_s=start_s,
            peak_s=peak_s,
            end_s=end_s,
            time_s=np.array(self._time[first : first + len(rows)]),
            series=calibrate(rows, place.zeros, replace(place.scale, relative_sd=0.0)),
            scale_sd=place.scale.relative_sd,
            metronome=self._metronome,
        )

    # ------------------------------------------------------------------ holds

    def _step_hold(self, i: int, t: float, row: list[float], place: _Place, timer: HoldTimer) -> list[Event]:
        movement = self.spec.movement
        assert isinstance(movement, HoldMovement)
        side = timer.side if timer.holding else self._asked_side or self._rear_now(row, place)
        x = movement_value(movement.measure, row, side, place.scale)
        was_holding = timer.holding
        broken = self._broken(row, place, side) if was_holding else None
        timing = timer.update(t, x, side, broken, stepped=was_holding and self._stepped(row, place))
        events: list[Event] = []
        if timer.holding and not was_holding:
            self._zero_in_hold(i, timer, place)
            events.append(HoldStarted(t))
        if timing is not None:
            events.append(HoldEnded(t, self._judge_hold(timing, place)))
        return events

    def _rear_now(self, row: list[float], place: _Place) -> str:
        return pick_side(self.spec.side, row, place.scale.facing, place.near) or place.near

    def _zero_in_hold(self, i: int, timer: HoldTimer, place: _Place) -> None:
        """The foot has stepped to a new place: heights start anew there, angles keep their standing zero."""
        first = int(np.searchsorted(self._time, self._time[i] - _REST_S))
        zeros = zero_row(self._rows[first : i + 1])
        zeros[_ANGLES] = seen_median(np.stack(place.angle_zeros))[_ANGLES]
        place.zeros, place.side = zeros, timer.side
        place.toe = self._toe_at(self._rows[first : i + 1], timer.side)
        self._segments.append((int(np.searchsorted(self._time, timer.start_s)), zeros, place.scale))

    def _broken(self, row: list[float], place: _Place, side: str) -> str | None:
        breaking = {
            name: rule for name, rule in self.spec.rules.items() if isinstance(rule, RisesAbove) and rule.breaks
        }
        if not breaking:
            return None
        series = calibrate(np.array([row]), place.zeros, place.scale)
        for name, rule in breaking.items():
            column = column_name(rule.measure, side)
            if series[column][0] > rule.limit.value:
                return name
        return None

    def _judge_hold(self, timing: HoldTiming, place: _Place) -> Hold:
        middle_s = (timing.start_s + timing.end_s) / 2
        side: Side = "left" if timing.side == "left" else "right"
        evidence = self._gather(timing.start_s, middle_s, timing.end_s, place, timing.side, side)
        hold = judge_hold(self.spec, len(self._holds) + 1, timing, evidence)
        self._holds.append(hold)
        return hold

    # ------------------------------------------------------------------ out

    def _describe(self, i: int, events: tuple[Event, ...]) -> Update:
        t, place = self._time[i], self._place
        held_s = self._timer.held_s(t) if self._timer is not None else 0.0
        measures: Mapping[str, float] = {}
        if place is not None:
            series = calibrate(self._rows[i : i + 1], place.zeros, place.scale)
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
        if self._place is None:
            return "paused" if self._places else "setup"
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
        end_s = self._time[-1] if self._time else 0.0
        if self._timer is not None and self._place is not None:
            timing = self._timer.finish(end_s)
            if timing is not None:
                self._judge_hold(timing, self._place)
        # Only now is the person's own best known: a first rep that was a small one is judged again.
        self._reps = [
            judge_rep(self.spec, rep.index, evidence, self._peers)
            for rep, evidence in zip(self._reps, self._evidence, strict=True)
        ]
        place = self._places[-1] if self._places else None
        seen = np.isfinite(self._rows[: len(self._time), COLUMN["body_y"]])
        return SetResult(
            exercise=self.spec.id,
            source=source,
            counts=_count([*self._reps, *self._holds]),
            reps=tuple(self._reps),
            holds=tuple(self._holds),
            setup=self._problems.finish(end_s, anything_seen=bool(self._places)),
            tracked_fraction=float(seen.mean()) if len(seen) else 0.0,
            provenance=provenance,
            view=place.view if place else None,
            azimuth_deg=place.azimuth_deg if place else math.nan,
            near_side="both" if place is None else "left" if place.near == "left" else "right",
            cm_per_px=place.scale.cm_per_px if place else math.nan,
            stature_cm=self._stature_cm,
            stature_assumed=self._assumed,
            set_faults=judge_set(self.spec, self._evidence),
            series=self._series(),
            limits=self._limits(place),
        )

    def _series(self) -> Mapping[str, FloatArray]:
        """Calibrate every frame with the zeros that held then; frames before the first rest with those of it."""
        n = len(self._time)
        segments = sorted(self._segments, key=lambda s: s[0]) or [
            (0, np.full(len(ZEROS), math.nan), Scale(math.nan, math.nan, 1.0))
        ]
        starts = [0, *(start for start, _, _ in segments[1:]), n]
        parts = [
            calibrate(self._rows[a:b], zeros, scale)
            for (_, zeros, scale), a, b in zip(segments, starts[:-1], starts[1:], strict=True)
        ]
        series = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return {"time_s": np.array(self._time), **series}

    def _limits(self, place: _Place | None) -> Mapping[str, float]:
        if place is None:
            return {}
        return {
            column_name(rule.measure, place.side): rule.limit.value
            for rule in self.spec.rules.values()
            if isinstance(rule, RisesAbove) and place.view in rule.views
        }


_ANGLE_RESTS = 3
_ANGLES = [i for i, name in enumerate(ZEROS) if name.startswith(("shank", "knee_flexion", "trunk"))]


def _count(items: list[Rep | Hold]) -> Counts:
    verdicts = [item.verdict for item in items]
    return Counts(
        completed=len(verdicts),
        valid=sum(v in ("ok", "watch") for v in verdicts),
        flagged=verdicts.count("fault"),
        cannot_judge=verdicts.count("cannot_judge"),
    )
