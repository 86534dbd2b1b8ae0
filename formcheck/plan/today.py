"""Today's session: which sets in which order, with changes of side and rests between. Pure: time is handed in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from formcheck.plan.form import Plan, PlannedExercise
from formcheck.plan.status import SetFact
from formcheck.specs.schema import ExerciseSpec

__all__ = ["DayCourse", "DayUpdate", "Task", "done_tasks", "tasks_of"]

_CHANGE_S = 10.0
_COUNT_S = 3
"""Default, not from literature."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. For an exercise: a set on a side with its dose; for a rest or a change of side: its seconds.

    `planned` is the place of its exercise in the stage, `unit` what `reps` are called: a walk has strides.
    """

    kind: Literal["exercise", "rest", "change"]
    exercise: str
    words: str
    side: Literal["left", "right", "both"] = "both"
    set: int = 1
    sets: int = 1
    reps: int | None = None
    hold_s: float | None = None
    seconds: float = 0.0
    guided: bool = False
    planned: int = 0
    unit: str = "reps"


@dataclass(frozen=True, slots=True)
class DayUpdate:
    """Where the session stands: the task, what is left of a rest, what to say now; `task` is None when all is done.

    `then` names the exercise after a rest or a change of side.
    """

    task: Task | None
    left_s: float
    said: tuple[str, ...]
    then: str = ""


def tasks_of(plan: Plan, specs: Mapping[str, ExerciseSpec]) -> tuple[Task, ...]:
    """Return today's tasks in order, without a rest behind the last; `specs` by exercise."""
    tasks = [
        replace(task, planned=k)
        for k, planned in enumerate(plan.now.exercises)
        for task in _of_one(planned, specs[planned.exercise])
    ]
    while tasks and tasks[-1].kind != "exercise":
        tasks.pop()
    return tuple(tasks)


def done_tasks(tasks: Sequence[Task], sets: Sequence[SetFact]) -> tuple[bool, ...]:
    """Return for each task whether one of the day's `sets` was it; a set without a side may be that of any side."""
    left = list(sets)
    return tuple(task.kind == "exercise" and _taken(task, left) for task in tasks)


def _taken(task: Task, left: list[SetFact]) -> bool:
    """Whether a set that is left was this task; it is then used up."""
    same = [one for one in left if one.exercise == task.exercise]
    found = next((one for one in same if (one.side or "both") == task.side), None)
    found = found or next((one for one in same if one.side is None), None)
    if found is not None:
        left.remove(found)
    return found is not None


def _of_one(planned: PlannedExercise, spec: ExerciseSpec) -> Iterator[Task]:
    sets = planned.sets or spec.dose.sets
    guided, unit = spec.movement.kind == "guided", "strides" if spec.movement.kind == "gait" else "reps"
    for set_ in range(1, sets + 1):
        for k, side in enumerate(planned.sides):
            if k:
                yield Task("change", spec.id, f"Change to the {side} side.", side=side, seconds=_CHANGE_S)
            words = _words(spec, side, set_, sets, planned.choice)
            task = Task("exercise", spec.id, words, side, set_, sets, guided=guided, unit=unit)
            yield replace(task, reps=planned.reps or spec.dose.reps, hold_s=planned.hold_s or spec.dose.hold_s)
        yield Task("rest", spec.id, f"Rest for {planned.rest_s:.0f} seconds.", seconds=planned.rest_s)


def _words(spec: ExerciseSpec, side: str, set_: int, sets: int, choice: str | None) -> str:
    parts = [spec.name]
    if side != "both":
        parts.append(f"{side} side")
    if choice is not None:
        parts.append(choice)
    if sets > 1:
        parts.append(f"set {set_} of {sets}")
    return ", ".join(parts) + "."


class DayCourse:
    """Walk through a day's tasks: `update(t)` as often as wanted, `done(t)` when the set of an exercise has ended.

    Rests and changes of side end by themselves; `done` cuts them short too.
    """

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        self._tasks = tasks
        self._at = 0
        self._since_s = math.nan
        self._spoken = -1
        self._counted: set[int] = set()

    @property
    def task(self) -> Task | None:
        """What is to be done now; None when all is done."""
        return self._tasks[self._at] if self._at < len(self._tasks) else None

    def update(self, t: float) -> DayUpdate:
        """Take the time."""
        if math.isnan(self._since_s):
            self._since_s = t
        task = self.task
        while task is not None and task.kind != "exercise" and t - self._since_s >= task.seconds:
            self._next(self._since_s + task.seconds)
            task = self.task
        left_s = 0.0 if task is None or task.kind == "exercise" else task.seconds - (t - self._since_s)
        then = next((one.words for one in self._tasks[self._at + 1 :] if one.kind == "exercise"), "")
        return DayUpdate(task, left_s, tuple(self._speak(task, left_s)), then)

    def done(self, t: float) -> None:
        """Take that the task is over."""
        self._next(t)

    def _next(self, t: float) -> None:
        self._at = min(self._at + 1, len(self._tasks))
        self._since_s = t
        self._counted.clear()

    def _speak(self, task: Task | None, left_s: float) -> Iterator[str]:
        if self._spoken != self._at:
            self._spoken = self._at
            yield "That was all for today." if task is None else task.words
        whole = math.ceil(left_s)
        if task is not None and task.kind != "exercise" and 0 < whole <= _COUNT_S and whole not in self._counted:
            self._counted.add(whole)
            yield f"{whole}."
