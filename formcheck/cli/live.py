"""`formcheck live`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click
import typer

from formcheck.cli.frame import chatter, show

if TYPE_CHECKING:
    from formcheck.live.loop import Asked, Devices
    from formcheck.sources.camera import Device
    from formcheck.specs.loader import SpecFile

__all__ = ["live"]


def live(
    exercise: Annotated[
        str | None, typer.Argument(metavar="ID", help="The exercise: its id or a spec file.", show_default=False)
    ] = None,
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
) -> None:
    """Practise in front of the camera: counts, measures and says what to do better.

    It starts when you stand still in place, pauses when you leave, and ends with the dose or when you walk off.
    """
    if list_all:
        from formcheck.cli.specs import list_all as list_specs

        list_specs()
        return
    if exercise is None:
        raise typer.BadParameter("name an exercise; `formcheck live --list` lists them", param_hint="ID")
    wanted = _Wanted(camera, _size(resolution), height_cm, side, mirror, metronome, sound, window, pain)
    _practise(exercise, wanted)


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

    @property
    def from_file(self) -> bool:
        """Whether a video plays the camera."""
        return not self.camera.isdecimal()


def _practise(exercise: str, wanted: _Wanted) -> None:
    """Practise set after set; exit 1 if one could not be saved."""
    from formcheck.live.practise import Session, practise
    from formcheck.pose import FollowingEstimator, MediaPipeEstimator
    from formcheck.report import render_table
    from formcheck.sources.camera import Camera
    from formcheck.specs.loader import load_spec

    spec_file = load_spec(exercise)
    folder = sets_folder()
    first_time = _say_notice(folder)
    _recover(folder)
    camera = Camera(_opener(wanted))
    devices, problems = _devices(wanted)
    failed = False
    try:
        pain_before = _ask_pain("before") if wanted.pain else None
        session = Session(_asked(spec_file, wanted, devices), devices, folder, (*problems, *first_time), pain_before)
        with FollowingEstimator(MediaPipeEstimator()) as estimator:
            for outcome in practise(session, camera, estimator):
                show(render_table(outcome.result))
                failed |= not outcome.kept
                if outcome.kept:
                    chatter(f"saved in {outcome.kept}")
                    _note_pain_after(Path(outcome.kept), wanted)
    finally:
        camera.close()
        devices.voice.close()
        devices.sound.close()
        devices.screen.close()
    if failed:
        raise typer.Exit(1)


def _opener(wanted: _Wanted) -> Callable[[], Device]:
    from formcheck.sources.camera import FileDevice
    from formcheck.sources.webcam import Webcam

    if wanted.from_file:
        return lambda: FileDevice(wanted.camera)
    return lambda: Webcam(int(wanted.camera), size=wanted.size)


def _devices(wanted: _Wanted) -> tuple[Devices, list[str]]:
    """Open window, sound and voice; return them, and in words what there is not."""
    from formcheck.feedback.sound import Silence, open_sound
    from formcheck.feedback.speech import Mute, open_voice
    from formcheck.live.loop import Devices
    from formcheck.live.window import NoWindow, open_window

    screen = open_window() if wanted.window else NoWindow()
    tones, no_tones = open_sound() if wanted.sound else (Silence(), "")
    voice, no_voice = open_voice() if wanted.sound else (Mute(), "")
    for words in (no_tones, no_voice):
        if words:
            chatter(words)
    return Devices(screen, tones, voice, chatter, wanted.window), ["No sound"] if no_tones else []


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


def sets_folder() -> Path:
    """Return where sets are saved."""
    import platformdirs

    return platformdirs.user_data_path("formcheck", appauthor=False) / "live"


def _say_notice(folder: Path) -> list[str]:
    """Tell the notice at the first start; return it for the window."""
    from formcheck.feedback.words import NOTICE

    if folder.exists():
        return []
    chatter(NOTICE)
    return ["A practice aid, not a medical device. Stop if pain rises."]


def _recover(folder: Path) -> None:
    """Finish sets that were cut off, and tell of each."""
    from formcheck.live.keep import recover_sets
    from formcheck.live.rescore import rescore

    for found in recover_sets(folder, rescore):
        noun = "rep or hold" if found.completed == 1 else "reps or holds"
        chatter(
            f"recovered {found.exercise} of {found.started}, cut off after {found.completed} {noun}: {found.folder}"
        )
        if found.problem:
            chatter(f"  it could not be scored: {found.problem}")


def _ask_pain(when: str) -> int:
    answer: int = typer.prompt(f"Pain {when}, 0 (none) to 10 (worst)", type=click.IntRange(0, 10), err=True)
    return answer


def _note_pain_after(folder: Path, wanted: _Wanted) -> None:
    from formcheck.live.keep import note_pain

    if wanted.pain:
        note_pain(folder, _ask_pain("after"))
