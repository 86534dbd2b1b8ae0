"""`formcheck live`."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from formcheck.cli.frame import chatter, check_side, show

if TYPE_CHECKING:
    from formcheck.live.loop import Asked, Devices
    from formcheck.sources.camera import Device
    from formcheck.specs.loader import SpecFile
    from formcheck.store import Store

__all__ = ["live"]

_CLIPS_QUESTION = (
    "Keep the video of movements to correct, and a few seconds around each, on this computer? "
    "It stays in the record until you delete the set. Without this, no picture is ever stored."
)


_NOT_WITH_PLAN = ("exercise", "side", "metronome", "pain", "person", "keep_clips")


def live(
    context: typer.Context,
    exercise: Annotated[
        str | None, typer.Argument(metavar="ID", help="The exercise: its id or a spec file.", show_default=False)
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Walk through today's session of your plan.")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="List the exercises and stop.")] = False,
    camera: Annotated[
        str, typer.Option(metavar="N|FILE", help="The camera's number, or a video to play as if it were one.")
    ] = "0",
    resolution: Annotated[str, typer.Option(metavar="WxH", help="The picture to ask the camera for.")] = "1280x720",
    height_cm: Annotated[
        float | None, typer.Option(min=50, max=260, help="Body height, for true centimetres.", show_default=False)
    ] = None,
    side: Annotated[
        Literal["left", "right"] | None, typer.Option(help="The leg to judge, where formcheck picks the wrong one.")
    ] = None,
    mirror: Annotated[bool | None, typer.Option(help="Show it as in a mirror.", show_default="cameras only")] = None,
    metronome: Annotated[
        bool | None,
        typer.Option(help="Beat, and judge the tempo.", show_default="cameras only, where the spec has one"),
    ] = None,
    sound: Annotated[bool, typer.Option(help="Tones and voice.")] = True,
    window: Annotated[bool, typer.Option(help="Without one, practice goes by sound and text.")] = True,
    pain: Annotated[bool, typer.Option("--pain", help="Ask for pain, 0 to 10, before and after.")] = False,
    person: Annotated[str, typer.Option(help="Whose record the sets go to.")] = "me",
    keep_clips: Annotated[
        bool, typer.Option("--keep-clips", help="Keep short videos of movements to correct; asks first.")
    ] = False,
) -> None:
    """Practise in front of the camera: counts, measures and says what to do better.

    It starts when you stand still in place, pauses when you leave, and ends with the dose or when you walk off.
    """
    if list_all:
        from formcheck.cli.specs import list_all as list_specs

        list_specs()
        return
    import formcheck.live  # noqa: F401  before anything else that loads PyAV: see there

    if plan:
        _refuse_beside_plan(context)
        from formcheck.cli.live_plan import Practising, practise_plan

        practise_plan(Practising(camera, _size(resolution), height_cm, sound, window, mirror))
        return
    if exercise is None:
        raise typer.BadParameter("name an exercise; `formcheck live --list` lists them", param_hint="ID")
    wanted = _Wanted(
        camera, _size(resolution), height_cm, side, mirror, metronome, sound, window, pain, person, keep_clips
    )
    _practise(exercise, wanted)


def _refuse_beside_plan(context: typer.Context) -> None:
    """Refuse what the plan decides, rather than leave it unheeded."""
    given = [name for name in _NOT_WITH_PLAN if _is_given(context, name)]
    if given:
        named = ", ".join("ID" if name == "exercise" else f"--{name.replace('_', '-')}" for name in given)
        raise typer.BadParameter(
            f"goes without {named}: the plan says who does what, and asks for pain", param_hint="--plan"
        )


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The options of one call."""

    camera: str
    size: tuple[int, int]
    height_cm: float | None
    side: Literal["left", "right"] | None
    mirror: bool | None
    metronome: bool | None
    sound: bool
    window: bool
    pain: bool
    person: str
    keep_clips: bool

    @property
    def from_file(self) -> bool:
        """Whether a video plays the camera."""
        return not self.camera.isdecimal()


def _practise(exercise: str, wanted: _Wanted) -> None:
    """Practise set after set; exit 1 if one could not be saved."""
    from formcheck.cli.questions import ask_pain
    from formcheck.live.devices import opened_devices
    from formcheck.live.practise import Session, practise
    from formcheck.live.questions import Pain
    from formcheck.pose import FollowingEstimator, MediaPipeEstimator
    from formcheck.report import About, render_table
    from formcheck.sources.camera import Camera
    from formcheck.specs.loader import load_spec
    from formcheck.store import open_store

    spec_file = load_spec(exercise)
    check_side(spec_file.spec, wanted.side)
    if spec_file.spec.movement.kind == "guided":
        from formcheck.cli.live_plan import Practising, practise_guided

        options = Practising(sound=wanted.sound, window=wanted.window)
        practise_guided(exercise, side=wanted.side, person=wanted.person, options=options)
        return
    if wanted.keep_clips:
        typer.confirm(_CLIPS_QUESTION, abort=True, err=True)
    store = open_store()
    _notice(store)
    notes = _recover(store)
    failed = False
    with (
        closing(Camera(_opener(wanted))) as camera,
        opened_devices(window=wanted.window, sound=wanted.sound, tell=chatter) as (devices, missing),
        FollowingEstimator(MediaPipeEstimator()) as estimator,
    ):
        pain = ask_pain(devices, "before") if wanted.pain else Pain("before")
        if pain.closed:
            return
        session = Session(
            _asked(spec_file, wanted, devices),
            devices,
            store,
            wanted.person,
            (*missing, *notes),
            pain.value,
            wanted.keep_clips,
            asks_after=wanted.pain,
        )
        for outcome in practise(session, camera, estimator):
            show(render_table(outcome.result, About(spec_file.spec, metronome=session.asked.metronome)))
            failed |= not outcome.kept
            chatter(_kept_words(outcome.kept))
            if outcome.kept and wanted.pain:
                store.note(outcome.kept, pain=ask_pain(devices, "after").value, note="")
    if failed:
        raise typer.Exit(1)


def _kept_words(uid: str) -> str:
    if not uid:
        return "this set could not be saved whole; what reached the disk is finished at the next start"
    return f"saved; see it with `formcheck sessions show {uid[:8]}`"


def _opener(wanted: _Wanted) -> Callable[[], Device]:
    from formcheck.sources.camera import FileDevice
    from formcheck.sources.webcam import Webcam

    if wanted.from_file:
        return lambda: FileDevice(wanted.camera)
    return lambda: Webcam(int(wanted.camera), size=wanted.size)


def _asked(spec_file: SpecFile, wanted: _Wanted, devices: Devices) -> Asked:
    """Fill in what was not asked for: a video hears no metronome, is no mirror and has an end of its own."""
    from formcheck.feedback.sound import Silence
    from formcheck.live.loop import Asked

    can_beat = spec_file.spec.dose.period_s is not None and not isinstance(devices.sound, Silence)
    return Asked(
        spec_file,
        stature_cm=wanted.height_cm,
        side=wanted.side,
        metronome=can_beat and (not wanted.from_file if wanted.metronome is None else wanted.metronome),
        mirrored=not wanted.from_file if wanted.mirror is None else wanted.mirror,
        ends_with_dose=not wanted.from_file,
    )


def _size(resolution: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", resolution)
    if found is None:
        raise typer.BadParameter(f"expected WIDTHxHEIGHT, for example 1280x720, got {resolution!r}")
    return int(found[1]), int(found[2])


def _notice(store: Store) -> None:
    """Tell the notice at the first start; the window shows it at every start."""
    from formcheck.feedback.words import NOTICE

    if not store.list_sets(most=1):
        chatter(NOTICE)


def _recover(store: Store) -> list[str]:
    """Finish sets that were cut off, tell of each, and return a line for the window."""
    from formcheck.live.keep import recover_sets

    found = recover_sets(store)
    for one in found:
        many = "" if one.completed == 1 else "s"
        chatter(f"a set of {one.exercise} was cut off: {one.completed} rep{many} or hold{many} kept, {one.uid[:8]}")
        if one.problem:
            chatter(f"  it could not be finished: {one.problem}")
    return ["A set that was cut off was kept"] if found else []
