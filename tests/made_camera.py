"""A camera without hardware for the real loop: a scripted device, an estimator that plays a recording, and a record."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
from figure import HEIGHT, WIDTH, film, heel_raises

from formcheck.errors import FormcheckError, SourceError
from formcheck.live.loop import Asked, Devices, Outcome
from formcheck.live.practise import Session, practise
from formcheck.model import Frame, PoseObservation
from formcheck.pose.fake import FakeEstimator
from formcheck.sources.camera import Camera, Picture
from formcheck.specs.loader import SpecFile, load_spec
from formcheck.store import Store, open_store

PERIOD_S = 3.0


@dataclass
class Stage:
    """What camera and estimator share: a time that pictures move on, and a turn that the estimator gives back."""

    time_s: float = 0.0
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))

    def clock(self) -> float:
        return self.time_s


class ScriptedDevice:
    """Gives a picture at each of `times_s`, of `size`, once the one before was looked at; then none any more."""

    endless = True
    name = "camera 0"

    def __init__(
        self,
        stage: Stage,
        times_s: Sequence[float],
        size: tuple[int, int] = (WIDTH, HEIGHT),
        before: Callable[[float], None] = lambda time_s: None,
    ) -> None:
        self._stage, self._times_s, self._size, self._before = stage, list(times_s), size, before

    def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
        while not self._stage.turn.acquire(timeout=0.01):
            if stopped.is_set():
                return None
        if not self._times_s:
            self._stage.turn.release()
            return None
        self._stage.time_s = self._times_s.pop(0)
        self._before(self._stage.time_s)
        return Picture(np.full((self._size[1], self._size[0], 3), 128, dtype=np.uint8))

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Absence:
    """No camera, until `over()`; each look for it takes `step_s`."""

    why: str
    over: Callable[[], bool]
    step_s: float = 0.02


class TurningEstimator(FakeEstimator):
    """Plays back a recording and lets the device go on."""

    stage: Stage

    def estimate(self, frame: Frame) -> PoseObservation:
        found = super().estimate(frame)
        if frame.index >= 0:  # not the one that warms up
            self.stage.turn.release()
        return found


def raises(reps: int) -> list[float]:
    """When each of so many heel raises begins."""
    return [1.5 + PERIOD_S * k for k in range(reps)]


def ticks(start_s: float, end_s: float, fps: float = 15.0) -> list[float]:
    """Times of the pictures from `start_s` to `end_s`."""
    return [start_s + k / fps for k in range(int((end_s - start_s) * fps))]


def spec_of(reps: int) -> SpecFile:
    """Return heel raises with a dose of so many."""
    file = load_spec("heel_raise")
    dose = file.spec.dose.model_copy(update={"reps": reps})
    return replace(file, spec=file.spec.model_copy(update={"dose": dose}))


def set_of(
    stage: Stage,
    store: Store,
    devices: Devices,
    script: Sequence[ScriptedDevice | Absence],
    *,
    reps: int,
    away: tuple[float, float] = (0.0, 0.0),
) -> Outcome:
    """Practise `reps` heel raises through the real loop; `script` is what each opening of the camera gives.

    What the figure would do from the first second of `away` on, it does from the second one on.
    """
    left = list(script)

    def opener() -> ScriptedDevice:
        if not left:
            raise FormcheckError("the script is over, and the set is not")
        found = left[0]
        if isinstance(found, ScriptedDevice):
            left.pop(0)
            return found
        if found.over():
            left.pop(0)
        stage.time_s += found.step_s
        raise SourceError(found.why)

    recording = film(heel_raises(raises(reps)), raises(reps)[-1] + 6.0)
    lost_s, back_s = away
    shifted = [
        replace(one, time_s=one.time_s + (back_s - lost_s if one.time_s >= lost_s else 0.0))
        for one in map(recording.observation, range(len(recording)))
    ]
    estimator = TurningEstimator(shifted)
    estimator.stage = stage
    session = Session(Asked(spec_of(reps), stature_cm=175.0), devices, store, "me")
    (outcome,) = practise(session, Camera(opener, clock=stage.clock, retry_s=0.001), estimator)
    return outcome


def practise_and(folder: Path, what: Callable[[float], None], *, reps: int) -> tuple[Outcome, list[str]]:
    """Practise into the record in `folder`; `what` is called with the time of every picture, before it comes."""
    from made_live import Recorder

    heard, stage = Recorder(), Stage()
    devices = Devices(heard, heard, heard, lambda words: print(words, file=sys.stderr), has_window=False)  # noqa: T201
    device = ScriptedDevice(stage, ticks(0.0, raises(reps)[-1] + 6.0), before=what)
    outcome = set_of(stage, open_store(folder), devices, [device], reps=reps)
    return outcome, heard.told


def first_seconds(source: Path, target: Path, seconds: float) -> Path:
    """Copy the beginning of a video, as it is coded."""
    with av.open(str(source)) as whole, av.open(str(target), "w") as short:
        video = whole.streams.video[0]
        stream = short.add_stream_from_template(video)
        for packet in whole.demux(video):
            if packet.dts is None or packet.pts is None or float(packet.pts * packet.time_base) > seconds:
                continue
            packet.stream = stream
            short.mux(packet)
    return target
