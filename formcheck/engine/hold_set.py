"""A set of holds: each is timed while it is kept and judged when it is left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from formcheck.engine.calibrate import calibrate
from formcheck.engine.frames import FrameTable
from formcheck.engine.holds import HoldLimits, HoldTimer, HoldTiming
from formcheck.engine.judge import judge_hold
from formcheck.engine.movement import pick_side
from formcheck.engine.nothing import Seen
from formcheck.engine.ongoing import OUT_OF_SIGHT, Asked, Finished, OngoingSet
from formcheck.engine.outcome import feet_trusted
from formcheck.engine.place import Place
from formcheck.engine.series import ZeroHistory
from formcheck.engine.shows import Refused
from formcheck.engine.timing import RepTiming
from formcheck.measures.names import FOOT_MEASURES, column_name
from formcheck.model import Event, FloatArray, Hold, HoldEnded, HoldStarted, NotCounted, Side, Stage
from formcheck.rules import RisesAbove
from formcheck.rules.evidence import grade
from formcheck.skeleton import SIDES
from formcheck.specs.schema import HoldMovement

__all__ = ["HoldSet"]

_REST_S: Final = 0.8
_SURE_SD: Final = 2.0
"""Defaults, not from literature."""


class HoldSet(OngoingSet):
    """Holds of one position, timed over all places taken: a moment out of sight does not end one."""

    def __init__(self, movement: HoldMovement, asked: Asked, frames: FrameTable, zeros: ZeroHistory) -> None:
        super().__init__(asked, frames, zeros)
        self._movement = movement
        limits = HoldLimits(
            movement.reach.value,
            movement.within.value,
            movement.lost.value,
            movement.settle_s.value,
            movement.grace_s.value,
            movement.keeps == "above",
        )
        self._timer = HoldTimer(limits)
        self._settled_s = self._as_high_s = math.nan
        self._refused = Refused(movement.shows, "position")
        self._seen = Seen(movement.measure)
        self._breaking = {
            name: rule for name, rule in asked.spec.rules.items() if isinstance(rule, RisesAbove) and rule.breaks
        }

    @property
    def stage(self) -> Stage:
        """Whether a hold is on."""
        return "hold" if self._timer.holding else "ready"

    @property
    def must_stay(self) -> bool:
        """Whether a step is out of the exercise now: not while a hold is on, nor where a foot is lifted for it."""
        return self._movement.planted and not self._timer.holding and not self._lifts_a_foot

    @property
    def held_s(self) -> float:
        """The seconds that the hold has lasted."""
        return self._timer.held_s

    @property
    def progress(self) -> float:
        """The seconds held as a share of those asked for."""
        target_s = self._asked.spec.dose.hold_s
        return min(self.held_s / target_s, 1.0) if target_s else 0.0

    def settled(self, i: int, rows: FloatArray, place: Place) -> None:
        """Remember when zeros were taken."""
        self._settled_s = self._frames.time_s[i]

    def step(self, i: int, row: list[float], place: Place) -> list[Event]:
        """Take frame `i`; return the beginning or the end of a hold."""
        movement, timer = self._movement, self._timer
        t, was_holding = self._frames.time_s[i], timer.holding
        seen = self.measures(i, place)
        if self._frames.problems[i] in OUT_OF_SIGHT:
            seen = dict.fromkeys(seen, math.nan)
        side = timer.side if was_holding else self._asked.side or self._side_now(row, place, seen)
        x = seen[column_name(movement.measure, side)]
        self._seen.note(x)
        self.settles_anew = not was_holding and self._may_rest(x, place) and t - self._settled_s > _REST_S
        broken, sure = self._broken(seen, side, place)
        timing = timer.update(t, x, side, broken, sure=sure, stepped=was_holding and place.stepped(row))
        if timing is not None:
            hold = self._judge(i, timing, place)
            return [NotCounted(t, self._refused.last) if hold is None else HoldEnded(t, hold)]
        if timer.holding and not was_holding:
            self._begin(i, place)
            return [HoldStarted(t)]
        if timer.start_is_open and self._has_sunk(t, seen):
            self._begin(i, place)
        return []

    def finish(self, end_s: float, place: Place | None) -> Finished:
        """Judge the hold that is still on, too."""
        unfinished = self._timer.finish()
        if unfinished is not None and place is not None:
            self._judge(len(self._frames) - 1, unfinished, place)
        refused = self._refused.problem(self._asked.spec.name)
        return Finished(
            place,
            holds=self._holds,
            problems=() if refused is None else (refused,),
            why_none=self._seen.why(
                self._movement.reach.value,
                f"The position was reached, but not kept for {self._movement.settle_s.value:g} s.",
                end_s,
            ),
        )

    @property
    def _lifts_a_foot(self) -> bool:
        return self._asked.spec.side in ("stance", "lifted")

    def _side_now(self, row: list[float], place: Place, seen: Mapping[str, float]) -> str:
        if self._lifts_a_foot:
            left, right = (seen[column_name(self._movement.measure, side)] for side in SIDES)
            return "left" if left > right else "right"
        return pick_side(self._asked.spec.side, row, place.scale.facing, place.near) or place.near

    def _may_rest(self, x: float, place: Place) -> bool:
        """Whether the person may stand as they do before a hold, and zeros from there are wanted."""
        if self._movement.planted:
            return x < self._movement.lost.value
        return not place.knows_rest and x < self._movement.reach.value

    def _broken(self, seen: Mapping[str, float], side: str, place: Place) -> tuple[str | None, bool]:
        """Return the rule that breaks the hold in this frame, and whether it surely does."""
        found: str | None = None
        blurred = () if feet_trusted(self._asked.spec, place) else FOOT_MEASURES
        for name, rule in self._breaking.items():
            column, limit = column_name(rule.measure, side), rule.limit.value
            if seen[column] > limit:
                found = name
                sd = math.inf if rule.measure in blurred else seen[f"{column}_sd"]
                if grade(seen[column], sd, limit, math.nan).level == "fault":
                    return name, True
        return found, False

    def _begin(self, i: int, place: Place) -> None:
        """Take the side held, and heights from where the person has stepped to."""
        place.side = self._timer.side
        self._as_high_s = self._frames.time_s[i]
        if not self._movement.planted:
            first = self._frames.since(self._frames.time_s[i] - _REST_S)
            place.stand_anew(self._frames.rows[first : i + 1])
        self._timer.mark_broken(self._broken_s(i, place))
        if not self._movement.planted:
            self._zeros.note(self._frames.since(self._timer.start_s), place)

    def _has_sunk(self, t: float, seen: Mapping[str, float]) -> bool:
        """Whether the heel stands lower than when heights were taken: it had still to come down then."""
        heights = [rule for rule in self._breaking.values() if rule.measure.endswith("_cm")]
        if not any(seen[column_name(rule.measure, self._timer.side)] < -rule.limit.value for rule in heights):
            self._as_high_s = t
        return t - self._as_high_s > _REST_S

    def _broken_s(self, i: int, place: Place) -> set[float]:
        """Return when a rule was surely broken before frame `i`; never if one is in it, for that will end the hold.

        A foot that has just stepped is told by its landmarks, and from where it stood before.
        """
        part = slice(self._frames.since(self._timer.watched_since_s), i + 1)
        series = calibrate(self._seen_rows(part), place.zeros, place.scale)
        broken = np.zeros(i + 1 - part.start, bool)
        for rule in self._breaking.values():
            column, limit = column_name(rule.measure, place.side), rule.limit.value
            broken |= series[column] - _SURE_SD * series[f"{column}_sd"] > limit
        return set() if broken[-1] else {self._frames.time_s[part.start + j] for j in np.flatnonzero(broken)}

    def _judge(self, i: int, timing: HoldTiming, place: Place) -> Hold | None:
        """Judge a hold that has ended; None if it was none of this exercise."""
        side: Side = "left" if timing.side == "left" else "right"
        start_s, end_s = timing.start_s, timing.end_s
        during, after = (
            self._gather(i, RepTiming(first_s, (first_s + last_s) / 2, last_s, timing.level), place, side)
            for first_s, last_s in ((start_s, end_s), (end_s, timing.broken_until_s))
        )
        if self._refused.refuses(during):
            return None
        hold = judge_hold(self._asked.spec, len(self._holds) + 1, timing, during, after, rested=place.knows_rest)
        self._holds.append(hold)
        return hold
