"""`formcheck live --plan`: today's session of the plan; and guided exercises, which need no camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from formcheck.cli.frame import chatter, show
from formcheck.cli.questions import ask_done, ask_pain, ask_to_go_on, tell_warning
from formcheck.errors import SourceError

if TYPE_CHECKING:
    from formcheck.live.day import Day, DoneTask
    from formcheck.live.loop import Devices
    from formcheck.live.questions import Pain
    from formcheck.plan import Plan, Task
    from formcheck.sources.camera import Camera
    from formcheck.store import Store

__all__ = ["Practising", "practise_guided", "practise_plan"]


@dataclass(frozen=True, slots=True)
class Practising:
    """The options of `formcheck live` that a plan's session heeds."""

    camera: str = "0"
    size: tuple[int, int] = (1280, 720)
    height_cm: float | None = None
    sound: bool = True
    window: bool = True
    mirror: bool | None = None

    @property
    def from_clips(self) -> bool:
        """Whether a folder of clips stands in for the camera."""
        return Path(self.camera).is_dir()


def practise_plan(options: Practising) -> None:
    """Walk through today's session; ask for pain before and after. Exit 1 if a set could not be saved."""
    from formcheck.plan import read_plan

    plan, opener = read_plan().plan, _opener(options.camera, options.size)
    _check_camera(plan, opener, options)
    _walk(plan, opener, options, asks_pain=True)


def _check_camera(plan: Plan, opener: Callable[[Task], Camera], options: Practising) -> None:
    """Open the camera, or each clip in its place, before anything is asked. Raises SourceError."""
    from formcheck.plan import tasks_of
    from formcheck.specs.loader import load_spec

    specs = {one.exercise: load_spec(one.exercise).spec for one in plan.now.exercises}
    judged = [task for task in tasks_of(plan, specs) if task.kind == "exercise" and not task.guided]
    for task in judged if options.from_clips else judged[:1]:
        opener(task).close()


def practise_guided(exercise: str, *, side: Literal["left", "right"] | None, person: str, options: Practising) -> None:
    """Pace and time one guided exercise, and keep what the person confirms."""
    from formcheck.plan import Plan, PlannedExercise, StagePlan

    planned = PlannedExercise(exercise=exercise, sides=(side or "both",))
    plan = Plan(
        schema=1,
        person=person,
        made_by="nobody: one exercise",
        begins="2000-01-01",
        stage="settle",
        pain_limit=10,
        stages={"settle": StagePlan(per_week=1, exercises=(planned,))},
    )
    _walk(plan, _no_camera, options, asks_pain=False)


def _walk(plan: Plan, opener: Callable[[Task], Camera], options: Practising, *, asks_pain: bool) -> None:
    from contextlib import closing

    from formcheck.live.day import practise_day
    from formcheck.live.devices import opened_devices
    from formcheck.store import open_store

    kept: list[str] = []
    failed = False
    with (
        closing(open_store()) as store,
        opened_devices(window=options.window, sound=options.sound, tell=chatter) as (devices, _),
    ):
        before = _ask_before(plan, devices) if asks_pain else None
        if before is not None and before.closed:
            return
        day = _day(plan, opener, options, devices, store, None if before is None else before.value)
        for done in practise_day(day):
            _tell(done)
            failed |= not done.kept
            kept += [done.kept] if done.kept else []
        if asks_pain and kept:
            _ask_after(store, plan, devices, kept)
    if failed:
        raise typer.Exit(1)


def _day(
    plan: Plan,
    opener: Callable[[Task], Camera],
    options: Practising,
    devices: Devices,
    store: Store,
    pain_before: int | None,
) -> Day:
    from formcheck.live.day import Day
    from formcheck.pose import FollowingEstimator, MediaPipeEstimator
    from formcheck.store.files import data_folder

    return Day(
        plan,
        devices,
        store,
        camera_for=opener,
        estimator_for=lambda: FollowingEstimator(MediaPipeEstimator()),
        confirm=lambda words, planned, paced: ask_done(devices, words, planned, paced),
        specs_folder=data_folder() / "plan_specs",
        stature_cm=options.height_cm,
        pain_before=pain_before,
        mirrored=not options.from_clips if options.mirror is None else options.mirror,
        ends_with_dose=not options.from_clips,
        rests=not options.from_clips,
    )


def _tell(done: DoneTask) -> None:
    from formcheck.report import About, render_table
    from formcheck.specs.loader import load_spec

    if done.outcome is not None:
        show(render_table(done.outcome.result, About(load_spec(done.task.exercise).spec)))
    elif done.record is not None:
        chatter(f"{done.task.words} {done.record.reps} of {done.record.planned} done; {done.record.note}")


def _ask_before(plan: Plan, devices: Devices) -> Pain:
    """Ask for pain; where it is above the level agreed, show the warnings and ask whether to go on."""
    from formcheck.plan import RED_FLAGS

    pain = ask_pain(devices, "before")
    if pain.value is not None and pain.value > plan.pain_limit:
        words = f"Pain is above the agreed {plan.pain_limit} of 10: leave practice out today."
        return replace(pain, closed=not ask_to_go_on(devices, words, RED_FLAGS))
    return pain


def _ask_after(store: Store, plan: Plan, devices: Devices, kept: list[str]) -> None:
    """Ask for pain once, keep it with every set of the session, and show the warnings where it is high."""
    from formcheck.plan import RED_FLAGS

    after = ask_pain(devices, "after").value
    for uid in kept:
        store.note(uid, pain=after, note=store.note_of(uid))
    if after is not None and after > plan.pain_limit:
        tell_warning(devices, f"Pain is above the agreed {plan.pain_limit} of 10.", RED_FLAGS)


def _opener(camera: str, size: tuple[int, int]) -> Callable[[Task], Camera]:
    """Return what gives the camera of a set: a webcam, or from a folder the clip EXERCISE_SIDE.mp4 or EXERCISE.mp4."""
    from formcheck.sources.camera import Camera, FileDevice
    from formcheck.sources.webcam import Webcam

    if camera.isdecimal():
        return lambda task: Camera(lambda: Webcam(int(camera), size=size))
    folder = Path(camera)
    if not folder.is_dir():
        raise SourceError(f"{camera}: with --plan expected a camera's number, or a folder of clips EXERCISE.mp4")

    def open_clip(task: Task) -> Camera:
        clips = [folder / f"{task.exercise}_{task.side}.mp4", folder / f"{task.exercise}.mp4"]
        found = next((clip for clip in clips if clip.exists()), None)
        if found is None:
            raise SourceError(f"{clips[0]}: no clip there for {task.words} put one there, or {clips[1].name}")
        return Camera(lambda: FileDevice(str(found)))

    return open_clip


def _no_camera(task: Task) -> Camera:
    raise SourceError(f"{task.exercise}: a guided exercise needs no camera")
