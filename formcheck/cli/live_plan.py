"""`formcheck live --plan`: today's session of the plan; and guided exercises, which need no camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from formcheck.cli.frame import chatter, show
from formcheck.errors import SourceError

if TYPE_CHECKING:
    from formcheck.plan import Plan, Task
    from formcheck.sources.camera import Camera
    from formcheck.store import Store

__all__ = ["ask_number", "practise_guided", "practise_plan"]


def practise_plan(
    *, camera: str, size: tuple[int, int], height_cm: float | None, sound: bool, window: bool, mirror: bool | None
) -> None:
    """Walk through today's session; ask for pain before and after. Exit 1 if a set could not be saved."""
    from formcheck.plan import RED_FLAGS, read_plan

    plan = read_plan().plan
    before = _ask_pain("before")
    if before > plan.pain_limit:
        for line in (f"Pain is above the agreed {plan.pain_limit} of 10: leave practice out today.", *RED_FLAGS):
            chatter(line)
        if not typer.confirm("Practise all the same?", err=True):
            return
    _walk(
        plan, _opener(camera, size), from_clips=Path(camera).is_dir(), height_cm=height_cm, sound=sound, window=window,
        mirror=mirror, pain_before=before,
    )  # fmt: skip


def practise_guided(
    exercise: str, *, side: Literal["left", "right"] | None, person: str, sound: bool, window: bool
) -> None:
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
    _walk(plan, _no_camera, from_clips=False, height_cm=None, sound=sound, window=window, mirror=None, pain_before=None)


def _walk(
    plan: Plan,
    opener: Callable[[Task], Camera],
    *,
    from_clips: bool,
    height_cm: float | None,
    sound: bool,
    window: bool,
    mirror: bool | None,
    pain_before: int | None,
) -> None:
    from contextlib import closing

    from formcheck.live.day import Day, practise_day
    from formcheck.live.devices import opened_devices
    from formcheck.pose import FollowingEstimator, MediaPipeEstimator
    from formcheck.report import render_table
    from formcheck.store import open_store
    from formcheck.store.files import data_folder

    kept: list[str] = []
    failed = False
    with (
        closing(open_store()) as store,
        opened_devices(window=window, sound=sound, tell=chatter) as (devices, _),
    ):
        day = Day(
            plan,
            devices,
            store,
            camera_for=opener,
            estimator_for=lambda: FollowingEstimator(MediaPipeEstimator()),
            confirm=_ask_done,
            specs_folder=data_folder() / "plan_specs",
            stature_cm=height_cm,
            pain_before=pain_before,
            mirrored=not from_clips if mirror is None else mirror,
            ends_with_dose=not from_clips,
            rests=not from_clips,
        )
        for done in practise_day(day):
            if done.outcome is not None:
                show(render_table(done.outcome.result))
            elif done.record is not None:
                chatter(f"{done.task.words} {done.record.reps} of {done.record.planned} done; {done.record.note}")
            failed |= not done.kept
            kept += [done.kept] if done.kept else []
        if pain_before is not None:
            _ask_after(store, plan, kept)
    if failed:
        raise typer.Exit(1)


def _ask_after(store: Store, plan: Plan, kept: list[str]) -> None:
    """Ask for pain once, keep it with every set of the session, and show the warnings where it is high."""
    from formcheck.plan import RED_FLAGS

    if not kept:
        return
    after = _ask_pain("after")
    for uid in kept:
        store.note(uid, pain=after, note=store.note_of(uid))
    if after > plan.pain_limit:
        for line in (f"Pain is above the agreed {plan.pain_limit} of 10.", *RED_FLAGS):
            chatter(line)


def ask_number(words: str, most: int, default: int | None = None) -> int:
    """Ask for a whole number from 0 to `most` until one is given."""
    while True:
        answer: int = typer.prompt(words, type=int, default=default, err=True)
        if 0 <= answer <= most:
            return answer
        chatter(f"expected a whole number from 0 to {most}")


def _ask_pain(when: str) -> int:
    return ask_number(f"Pain {when}, 0 (none) to 10 (worst)", 10)


def _ask_done(words: str, planned: int, paced: int) -> int:
    return ask_number(f"{words} How many of {planned} did you do?", planned, paced)


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
