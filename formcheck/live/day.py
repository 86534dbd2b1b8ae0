"""A day of a plan: set after set, with rests, changes of side, and guided exercises between those a camera judges."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

import formcheck
from formcheck.engine.guided import GuidedPractice, GuidedRecord, guided_result
from formcheck.live.day_pictures import draw_guided, draw_rest
from formcheck.live.loop import Asked, Devices, Outcome
from formcheck.live.practise import Session, one_set
from formcheck.live.window import CLOSED
from formcheck.model import LandmarkRecording, Provenance, SourceInfo
from formcheck.plan import DayCourse, Plan, Task, planned_spec, tasks_of
from formcheck.pose import PoseEstimator
from formcheck.skeleton import N_LANDMARKS
from formcheck.sources.camera import Camera
from formcheck.specs.loader import SpecFile
from formcheck.store import Store

__all__ = ["Day", "DoneTask", "practise_day"]

_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Day:
    """What a day needs: a camera for each set, an estimator for each, and somebody to ask what was done.

    `confirm` gets the exercise's words, the reps planned and those paced, and returns what the person says they did.
    `specs_folder` keeps specs that the plan changed. `rests` False leaves rests out, for clips in place of a camera.
    """

    plan: Plan
    devices: Devices
    store: Store
    camera_for: Callable[[Task], Camera]
    estimator_for: Callable[[], AbstractContextManager[PoseEstimator]]
    confirm: Callable[[str, int, int], int]
    specs_folder: Path
    stature_cm: float | None = None
    pain_before: int | None = None
    mirrored: bool = True
    ends_with_dose: bool = True
    rests: bool = True
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class DoneTask:
    """A set that is over: judged by the camera, or guided and confirmed. `kept` is its name in the record."""

    task: Task
    outcome: Outcome | None
    record: GuidedRecord | None
    kept: str


def practise_day(day: Day) -> Iterator[DoneTask]:
    """Yield each set of today when it is over; ends early when the window is closed."""
    specs = [planned_spec(day.plan, planned, day.specs_folder) for planned in day.plan.now.exercises]
    tasks = tasks_of(day.plan, {file.spec.id: file.spec for file in specs})
    course = DayCourse(tasks if day.rests else tuple(replace(task, seconds=0.0) for task in tasks))
    while True:
        update = course.update(day.clock())
        _say(day, update.said)
        task = update.task
        if task is None:
            return
        if task.kind == "exercise":
            done = _guided(day, task, specs[task.planned]) if task.guided else _judged(day, task, specs[task.planned])
            course.done(day.clock())
            yield done
            if done.outcome is not None and done.outcome.quit and day.ends_with_dose:
                return
            continue
        key = day.devices.screen.show(draw_rest(task.words, update.then, update.left_s, task.seconds))
        if key == CLOSED:
            return
        if key == " ":
            course.done(day.clock())
        day.sleep(_LOOK_S)


def _say(day: Day, said: tuple[str, ...]) -> None:
    for words in said:
        day.devices.voice.say(words)
        day.devices.tell(words)


def _judged(day: Day, task: Task, spec_file: SpecFile) -> DoneTask:
    asked = Asked(
        spec_file,
        stature_cm=day.stature_cm,
        side=None if task.side == "both" else task.side,
        mirrored=day.mirrored,
        ends_with_dose=day.ends_with_dose,
    )
    session = Session(asked, day.devices, day.store, day.plan.person, pain_before=day.pain_before)
    with day.estimator_for() as estimator:
        outcome = one_set(session, day.camera_for(task), estimator)
    return DoneTask(task, outcome, None, outcome.kept)


def _guided(day: Day, task: Task, spec_file: SpecFile) -> DoneTask:
    one = spec_file.spec.model_copy(update={"dose": spec_file.spec.dose.model_copy(update={"sets": 1})})
    practice = GuidedPractice(one, side=task.side)
    stretch, whole_s = ("", 0, 0), 0.0
    while True:
        update = practice.update(day.clock())
        if update.stage == "confirm":
            break
        _say(day, update.said)
        if stretch != (update.words, update.set, update.rep):
            stretch, whole_s = (update.words, update.set, update.rep), update.left_s
        key = day.devices.screen.show(draw_guided(task.words, update, practice.planned, whole_s))
        if key == CLOSED:
            practice.stop(day.clock())
        elif key == " ":
            practice.pause_or_go_on(day.clock())
        day.sleep(_LOOK_S)
    reps = day.confirm(task.words, practice.planned, update.reps_done)
    record = practice.confirm(day.clock(), reps)
    made_of = Provenance(formcheck.__version__, spec_file.sha256, "", "none")
    kept = day.store.save_set(
        spec_file,
        guided_result(record, made_of),
        _nobody(guided_result(record, made_of).provenance),
        person=day.plan.person,
        origin="live",
        asked_side=None if task.side == "both" else task.side,
    )
    return DoneTask(task, None, record, kept)


def _nobody(made_of: Provenance) -> LandmarkRecording:
    """Return a recording in which nobody is seen: a guided set has no pictures."""
    return LandmarkRecording(
        source=SourceInfo("", 0.0, 1, 0, 0),
        model_sha256="",
        backend="none",
        time_s=np.zeros(1),
        points=np.full((1, N_LANDMARKS, 2), np.nan, dtype=np.float32),
        visibility=np.zeros((1, N_LANDMARKS), dtype=np.float32),
        sd_px=np.full((1, N_LANDMARKS), np.nan, dtype=np.float32),
        notes=made_of.notes,
    )
