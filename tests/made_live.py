"""A camera, a watcher and devices for live practice without a clock, a screen or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from formcheck.errors import OutputError
from formcheck.feedback.cues import Cue
from formcheck.live.loop import Asked, Devices, LiveSet, Outcome
from formcheck.live.practice import Practice
from formcheck.model import Frame, LandmarkRecording, PoseObservation, Provenance, SourceInfo
from formcheck.specs.loader import load_spec

LATE_S = 0.05
PROVENANCE = Provenance("test", "0" * 64, "1" * 64, "figure")


class ScriptedCamera:
    """A camera whose time is that of the last frame and a little."""

    endless = True
    name = "scripted"

    def __init__(self, size: tuple[int, int]) -> None:
        self.size, self.dropped, self.frames, self.lost, self.time_s = size, 0, 0, False, 0.0

    def now(self) -> float:
        return self.time_s + LATE_S


class ScriptedWatcher:
    """Hands out the observations of a recording; a number in place of a frame lets so many seconds pass without one."""

    waiting = 0

    def __init__(self, camera: ScriptedCamera, script: Iterable[PoseObservation | float]) -> None:
        self._camera, self._script = camera, list(script)
        self._image = np.full((54, 96, 3), 128, dtype=np.uint8)
        self._index = 0

    @property
    def over(self) -> bool:
        return not self._script

    def next(self, timeout_s: float) -> tuple[Frame, PoseObservation] | None:
        if not self._script:
            return None
        item = self._script.pop(0)
        if isinstance(item, float):
            self._camera.time_s += item
            self._camera.lost = True
            return None
        self._camera.time_s, self._camera.lost = item.time_s, False
        self._index += 1
        self._camera.frames = self._index
        return Frame(self._index, item.time_s, self._image), item


@dataclass
class Recorder:
    """Screen, sound and voice that remember; `keys` maps the number of a picture to the key pressed then."""

    keys: dict[int, str] = field(default_factory=dict)
    pictures: list[Any] = field(default_factory=list)
    tones: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    beats: list[float | None] = field(default_factory=list)

    def show(self, picture: Any) -> str:
        self.pictures.append(picture)
        return self.keys.get(len(self.pictures), "")

    def full_screen(self) -> None:
        self.told.append("full screen")

    def play(self, tone: str) -> None:
        self.tones.append(tone)

    def beat(self, period_s: float | None) -> None:
        self.beats.append(period_s)

    def say(self, words: str) -> None:
        self.words.append(words)

    def close(self) -> None:
        pass


class Same:
    """A refiner that leaves everything as it is."""

    def update(self, frame: Frame, observation: PoseObservation) -> PoseObservation:
        return observation


class MemoryKeeper:
    """Keeps a set in memory; from `full_from` completed reps on, the disk is full."""

    def __init__(self, full_from: int | None = None) -> None:
        self.frames: list[PoseObservation] = []
        self.items: list[Any] = []
        self.result: Any = None
        self._full_from = full_from

    def observed(self, frame: Frame, observation: PoseObservation) -> None:
        self.frames.append(observation)

    def completed(self, item: Any) -> None:
        if self._full_from is not None and len(self.items) >= self._full_from:
            raise OutputError("the disk is full")
        self.items.append(item)

    def finished(self, result: Any) -> str:
        if self._full_from is not None:
            raise OutputError("the disk is full")
        self.result = result
        return "kept"


def observations(recording: LandmarkRecording) -> Iterator[PoseObservation]:
    for index in range(len(recording)):
        yield recording.observation(index)


def practised(
    script: Iterable[PoseObservation | float],
    *,
    exercise: str = "heel_raise",
    keys: dict[int, str] | None = None,
    keeper: MemoryKeeper | None = None,
    window: bool = True,
    origin_s: float = 0.0,
    **asked: Any,
) -> tuple[Outcome, Recorder, LiveSet]:
    """Practise a set through the real loop; return what came of it, what was seen and heard, and the set."""
    camera = ScriptedCamera((960, 540))
    devices = Recorder(keys or {})
    keeper = MemoryKeeper() if keeper is None else keeper
    live = LiveSet(
        Asked(load_spec(exercise), **asked),
        camera,  # type: ignore[arg-type]
        ScriptedWatcher(camera, script),  # type: ignore[arg-type]
        Devices(devices, devices, devices, devices.told.append, window),
        lambda source: keeper,
        PROVENANCE,
        origin_s=origin_s,
        refiner=Same(),
    )
    return live.run(), devices, live


def followed(recording: LandmarkRecording, exercise: str = "heel_raise", **options: Any) -> SimpleNamespace:
    """Run engine and `Practice` alone over a recording; return phases as they changed, cues and the practice."""
    from formcheck.engine import Engine

    spec = load_spec(exercise).spec
    engine, practice = Engine(spec), Practice(spec, **options)
    phases: list[tuple[float, str]] = [(0.0, practice.phase)]
    cues: list[Cue] = []
    scenes = []
    for observation in observations(recording):
        update = engine.update(observation)
        side = None if engine.place is None else engine.place.side
        cues += practice.update(update, side=side)
        scenes.append(practice.scene(update.time_s))
        if practice.phase != phases[-1][1]:
            phases.append((update.time_s, practice.phase))
    return SimpleNamespace(phases=phases, cues=cues, practice=practice, scenes=scenes, engine=engine)


Change = Callable[[LandmarkRecording], LandmarkRecording]
SOURCE = SourceInfo("scripted", 1.0, 30, 960, 540)
