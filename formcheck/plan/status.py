"""How a plan goes, as facts: what was done, pain before and after, criteria of the next stage. Nothing is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import median
from typing import Final

from formcheck.feedback.words import RED_FLAG
from formcheck.plan.form import Criterion, Plan
from formcheck.specs.loader import load_spec

__all__ = ["RED_FLAGS", "CriterionFact", "PlanStatus", "SessionFact", "SetFact", "WeekFact", "read_status"]

RED_FLAGS: Final = (
    "Stop if pain rises above the level agreed with your physio.",
    RED_FLAG,
    "High-impact work, barefoot running and deep lunges are left out while the ball of the foot is painful.",
    "A suspected stress fracture, neuroma, arthritis, sesamoiditis or nerve pain is for a clinician to see.",
)
"""From docs/clinical.md, stages and words for the screen."""

_RISE: Final = 2
_AROUND: Final = 3
"""A rise of pain by 2 of 10 is the least that people tell apart (default, not from literature), over 3 sessions."""


@dataclass(frozen=True, slots=True)
class SetFact:
    """One set as the record has it. `held_s` is the longest hold; `pain_before` and `pain` are 0–10, None not asked.

    `side` is the one that was asked for, None where none was.
    """

    day: date
    exercise: str
    completed: int
    valid: int
    held_s: float
    pain_before: int | None
    pain: int | None
    side: str | None = None


@dataclass(frozen=True, slots=True)
class SessionFact:
    """One day: which of the stage's exercises had a set, of how many, and the highest pain before and after.

    `sittings` has pain before and the highest after it, for each sitting of the day that was asked before.
    """

    day: date
    done: int
    asked: int
    pain_before: int | None
    pain: int | None
    sittings: tuple[tuple[int, int | None], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every exercise of the stage had a set."""
        return self.done >= self.asked


@dataclass(frozen=True, slots=True)
class WeekFact:
    """A week of the plan from its first day: whole sessions, those begun, and how many the plan asks for."""

    begins: date
    whole: int
    begun: int
    asked: int


@dataclass(frozen=True, slots=True)
class CriterionFact:
    """A criterion of the next stage: in how many of the last sessions it was seen, and in words."""

    met: int
    of: int
    words: str

    @property
    def seen(self) -> bool:
        """Whether it was seen in all of them."""
        return self.met >= self.of


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """All facts of a plan up to a day. `concerns` say where pain is high or rises; then RED_FLAGS are to be shown."""

    stage: str
    sessions: tuple[SessionFact, ...]
    weeks: tuple[WeekFact, ...]
    criteria: tuple[CriterionFact, ...]
    concerns: tuple[str, ...]


def read_status(plan: Plan, sets: Sequence[SetFact], today: date) -> PlanStatus:
    """Return the facts of the stage in force, from the sets of the plan's person."""
    exercises = [planned.exercise for planned in plan.now.exercises]
    mine = [one for one in sets if plan.begins_on <= one.day <= today]
    of_stage = [one for one in mine if one.exercise in exercises]
    sessions = [_session(day, of_stage, exercises) for day in sorted({one.day for one in of_stage})]
    return PlanStatus(
        stage=plan.stage,
        sessions=tuple(sessions),
        weeks=tuple(_weeks(plan, sessions, today)),
        criteria=tuple(_criterion(criterion, mine) for criterion in plan.now.next_when),
        concerns=tuple(_concerns(plan, sessions)),
    )


def _session(day: date, sets: Sequence[SetFact], exercises: list[str]) -> SessionFact:
    today = [one for one in sets if one.day == day]
    return SessionFact(
        day=day,
        done=len({one.exercise for one in today}),
        asked=len(set(exercises)),
        pain_before=_highest([one.pain_before for one in today]),
        pain=_highest([one.pain for one in today]),
        sittings=tuple(_sittings(today)),
    )


def _sittings(sets: Sequence[SetFact]) -> Iterator[tuple[int, int | None]]:
    """Yield pain before and after by sitting: its sets, which follow one another, share what was asked before them."""
    for before, some in groupby((one for one in sets if one.pain_before is not None), lambda one: one.pain_before):
        assert before is not None
        yield before, _highest([one.pain for one in some])


def _highest(values: Sequence[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _weeks(plan: Plan, sessions: Sequence[SessionFact], today: date) -> list[WeekFact]:
    weeks = []
    begins = plan.begins_on
    while begins <= today:
        inside = [one for one in sessions if begins <= one.day < begins + timedelta(days=7)]
        weeks.append(WeekFact(begins, sum(one.whole for one in inside), len(inside), plan.now.per_week))
        begins += timedelta(days=7)
    return weeks


def _criterion(criterion: Criterion, sets: Sequence[SetFact]) -> CriterionFact:
    """Count in how many of the last sessions (with this exercise, if it names one) all that it asks for was seen."""
    about = [one for one in sets if criterion.exercise in (None, one.exercise)]
    days = sorted({one.day for one in about})[-criterion.sessions :]
    met = sum(_meets(criterion, [one for one in about if one.day == day]) for day in days)
    return CriterionFact(met, criterion.sessions, f"{met} of {criterion.sessions} sessions {_asked(criterion)}")


def _meets(criterion: Criterion, sets: Sequence[SetFact]) -> bool:
    checks: list[tuple[float | None, Callable[[SetFact], float | None], bool]] = [
        (criterion.reps, lambda one: one.valid, False),
        (criterion.held_s, lambda one: one.held_s, False),
    ]
    reached = all(asked is None or max(value(one) or 0 for one in sets) >= asked for asked, value, _ in checks)
    if criterion.pain_at_most is None:
        return reached
    pain = _highest([one.pain for one in sets])
    return reached and pain is not None and pain <= criterion.pain_at_most


def _asked(criterion: Criterion) -> str:
    parts = []
    if criterion.reps is not None:
        parts.append(f"at {criterion.reps} valid {'rep' if criterion.reps == 1 else 'reps'}")
    if criterion.held_s is not None:
        parts.append(f"held {criterion.held_s:g} s")
    if criterion.pain_at_most is not None:
        parts.append(f"pain ≤ {criterion.pain_at_most}")
    name = "with " if criterion.exercise is None else f"of “{load_spec(criterion.exercise).spec.name}” "
    return name + ", ".join(parts)


def _concerns(plan: Plan, sessions: Sequence[SessionFact]) -> list[str]:
    found = []
    if sessions:
        last = sessions[-1]
        if last.pain is not None and last.pain > plan.pain_limit:
            found.append(f"Pain was {last.pain} of 10 on {last.day}; the agreed limit is {plan.pain_limit}.")
        rises = [(after - before, before, after) for before, after in last.sittings if after is not None]
        rise, before, highest = max(rises, default=(0, 0, 0))
        if rise >= _RISE:
            found.append(f"Pain rose from {before} to {highest} in the session of {last.day}.")
    after = [one.pain for one in sessions if one.pain is not None]
    if len(after) >= 2 * _AROUND:
        early, late = median(after[-2 * _AROUND : -_AROUND]), median(after[-_AROUND:])
        if late - early >= _RISE:
            found.append(f"Pain after practice rises: {early:g} of 10 before, {late:g} in the last {_AROUND} sessions.")
    return found
