"""One set, live: frames in; window, sound, voice and record out. a `Course` decides; here are the effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

import formcheck
from formcheck.engine import Engine
from formcheck.errors import FormcheckError
from formcheck.feedback.cues import Cue, most_urgent
from formcheck.feedback.overlay import Mark
from formcheck.feedback.sound import Sound
from formcheck.feedback.speech import Voice
from formcheck.live.course import Course
from formcheck.live.keep import SetKeeper
from formcheck.live.light import is_dark
from formcheck.live.marks import marks_now
from formcheck.live.meter import Meter
from formcheck.live.picture import Sight, draw_window
from formcheck.live.practice import Practice
from formcheck.live.walk import WalkCourse
from formcheck.live.watcher import Watcher
from formcheck.live.window import CLOSED, Screen
from formcheck.model import (
    Frame,
    HoldEnded,
    PoseObservation,
    Provenance,
    RepEnded,
    SetResult,
    Side,
    SourceInfo,
    Update,
)
from formcheck.refine import PictureRefiner
from formcheck.session import Refiner
from formcheck.sources.camera import Camera
from formcheck.specs.loader import SpecFile

__all__ = ["Asked", "Devices", "LiveSet", "Outcome"]

_WAIT_S: Final = 0.05
_NO_PICTURE_S: Final = 1.5
_LIGHT_EVERY: Final = 15
_RATE_S: Final = 4.0
_SLOW_FPS: Final = 12.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: exercise, body height, leg, and how practice goes."""

    spec_file: SpecFile
    stature_cm: float | None = None
    side: Literal["left", "right"] | None = None
    metronome: bool = False
    mirrored: bool = True
    ends_with_dose: bool = True


@dataclass(frozen=True, slots=True)
class Devices:
    """What the person sees and hears; `tell` takes lines of text for the terminal."""

    screen: Screen
    sound: Sound
    voice: Voice
    tell: Callable[[str], None]
    has_window: bool = True


class Keeping(Protocol):
    """Starts keeping a set, once it is known what its pictures are like. Raises a FormcheckError."""

    def __call__(self, source: SourceInfo, /) -> SetKeeper: ...


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A set that is over. `kept` says where it was saved; empty if it was not. `quit` says that no other is wanted."""

    result: SetResult
    kept: str
    quit: bool


@dataclass(slots=True)
class _Picture:
    """What was seen last."""

    frame: Frame | None = None
    observation: PoseObservation | None = None
    update: Update | None = None
    dark: bool = False
    marks: Sequence[Mark] = ()


@dataclass(slots=True)
class _Switches:
    beat: bool
    voice: bool = True


class LiveSet:
    """`run()` practises one set to its end. `origin_s` is the camera time at which its own time begins."""

    def __init__(
        self,
        asked: Asked,
        camera: Camera,
        watcher: Watcher,
        devices: Devices,
        keeping: Keeping,
        provenance: Provenance,
        *,
        origin_s: float = 0.0,
        notes: Sequence[str] = (),
        meter: Meter | None = None,
        refiner: Refiner | None = None,
    ) -> None:
        spec = asked.spec_file.spec
        self._asked, self._camera, self._watcher, self._devices = asked, camera, watcher, devices
        self._keeping, self._provenance, self._origin_s = keeping, provenance, origin_s
        self._engine = Engine(spec, stature_cm=asked.stature_cm, side=asked.side, metronome=asked.metronome)
        self._refiner: Refiner = PictureRefiner() if refiner is None else refiner
        course = WalkCourse if spec.movement.kind == "gait" else Practice
        self.practice: Course = course(spec, ends_with_dose=asked.ends_with_dose)
        self.meter = Meter() if meter is None else meter
        self._notes = list(notes)
        self._keeper: SetKeeper | None = None
        self._keep_failed = False
        self._seen = _Picture()
        self._switches = _Switches(beat=asked.metronome)
        self._fed = 0
        self._first_s = math.nan
        self._last_s = 0.0
        self._first_dropped, self._first_frame = camera.dropped, camera.frames
        self._rate_from = (camera.frames, origin_s)
        self._slow_told = False
        self._quit = False

    def run(self) -> Outcome:
        """Practise until the set is over."""
        while self.practice.phase != "finished":
            found = self._watcher.next(_WAIT_S)
            self.meter.most_waiting = max(self.meter.most_waiting, self._watcher.waiting)
            if found is not None and found[0].time_s < self._origin_s:
                continue  # from before this set: it waited while a question was on the screen
            if found is not None:
                self._take(*found)
            elif self._watcher.over:
                self._finish()
            else:
                self._miss()
            self._show(fresh=found is not None)
        self._devices.sound.beat(None)
        return self._outcome()

    # ------------------------------------------------------------------ frames

    def _take(self, frame: Frame, observation: PoseObservation) -> None:
        seen = self._seen
        observation = self._refiner.update(frame, observation)
        before_s = frame.time_s if seen.frame is None else seen.frame.time_s
        seen.frame, seen.observation = frame, observation
        self._watch_rate(frame.time_s, before_s)
        if frame.index % _LIGHT_EVERY == 0:
            seen.dark = is_dark(frame.image)
        if self.practice.asked_to_pause:
            return
        observation = replace(observation, time_s=observation.time_s - self._origin_s)
        update = self._engine.update(observation)
        seen.update = update
        before = self.practice.phase
        self.practice.look(observation)
        self._give(self.practice.update(update, side=self._side(), dark=seen.dark))
        seen.marks = self._marks(update)
        self._keep(replace(frame, time_s=observation.time_s), observation, update)
        if before == "countdown" and self.practice.phase == "counting":
            self._beat()

    def _watch_rate(self, time_s: float, before_s: float) -> None:
        """Tell once where the camera itself is slow: it often lacks light. One that was away is not slow."""
        if time_s - before_s > _NO_PICTURE_S:
            self._rate_from = (self._camera.frames, time_s)
        taken, since_s = self._camera.frames - self._rate_from[0], time_s - self._rate_from[1]
        if since_s < _RATE_S:
            return
        self._rate_from = (self._camera.frames, time_s)
        if taken / since_s < _SLOW_FPS and self._camera.endless and not self._slow_told:
            self._slow_told = True
            self._notes.append("Slow camera: more light helps")
            self._devices.tell(f"{self._camera.name}: {taken / since_s:.0f} pictures a second; more light often helps")

    def _side(self) -> str | None:
        return None if self._engine.place is None else self._engine.place.side

    def _marks(self, update: Update) -> list[Mark]:
        place = self._engine.place
        if place is None:
            return []
        side: Literal["left", "right"] = "left" if place.side == "left" else "right"
        return marks_now(update, self._engine.spec, side, place.view, sorted(self.practice.stressed))

    def _miss(self) -> None:
        """Take that no frame came."""
        now_s, frame = self._now(), self._seen.frame
        last_s = 0.0 if frame is None else frame.time_s - self._origin_s
        if self._camera.lost or now_s - last_s > _NO_PICTURE_S:
            self._give(self.practice.camera_lost(now_s))

    def _now(self) -> float:
        """Return the time now in the set's own time."""
        return self._camera.now() - self._origin_s

    # ------------------------------------------------------------------ seen, heard

    def _show(self, *, fresh: bool) -> None:
        seen = self._seen
        if not self._devices.has_window or seen.frame is None:
            return
        place = self._engine.place
        near: Side = "both" if place is None or place.view == "front" else place.near
        sight = Sight(
            image=seen.frame.image,
            observation=seen.observation,
            near_side=near,
            marks=seen.marks,
            mirrored=self._asked.mirrored,
            title=self._engine.spec.name,
            notes=self._notes,
        )
        time_s = seen.frame.time_s - self._origin_s if fresh else self._now()
        key = self._devices.screen.show(draw_window(self.practice.scene(time_s), sight))
        if fresh:
            self.meter.shown_s.append(self._camera.now() - seen.frame.time_s)
        self._press(key)

    def _press(self, key: str) -> None:
        match key:
            case " ":
                self._give(self.practice.pause_or_go_on(self._now()))
                self._beat()
            case "m":
                self._switches.beat = not self._switches.beat
                self._beat()
            case "v":
                self._switches.voice = not self._switches.voice
            case "f":
                self._devices.screen.full_screen()
            case _ if key == CLOSED:
                self._quit = True
                self._finish()

    def _beat(self) -> None:
        """Let the metronome beat while reps are counted: up on one beat, down on the next."""
        period_s = self._engine.spec.dose.period_s
        counting = self.practice.phase == "counting" and not self.practice.asked_to_pause
        on = self._asked.metronome and self._switches.beat and counting and period_s is not None
        self._devices.sound.beat(period_s / 2 if on and period_s is not None else None)

    def _give(self, cues: Sequence[Cue]) -> None:
        """Give the most urgent cue, if it is not too late for it."""
        if not cues:
            return
        now_s = self._now()
        self.meter.late_cues += sum(cue.is_late(now_s) for cue in cues)
        cue = most_urgent(cues, now_s)
        if cue is None:
            return
        self._devices.sound.play(cue.tone)
        if cue.words and self._switches.voice:
            self._devices.voice.say(cue.words)
        if cue.tone in ("count", "cue"):
            self.meter.cued_s.append(max(self._now() - cue.time_s, 0.0))
        if cue.words and not self._devices.has_window:
            self._devices.tell(cue.words)

    # ------------------------------------------------------------------ the record

    def _keep(self, frame: Frame, observation: PoseObservation, update: Update) -> None:
        self._first_s = observation.time_s if self._fed == 0 else self._first_s
        self._fed += 1
        self._last_s = observation.time_s
        try:
            if self._keeper is None and not self._keep_failed:
                self._keeper = self._keeping(self._source())
            if self._keeper is not None:
                self._keeper.observed(frame, observation)
                for event in update.events:
                    if isinstance(event, RepEnded):
                        self._keeper.completed(event.rep)
                    elif isinstance(event, HoldEnded):
                        self._keeper.completed(event.hold)
        except FormcheckError as error:
            self._cannot_keep(error)

    def _cannot_keep(self, error: FormcheckError) -> None:
        if not self._keep_failed:
            self._devices.tell(str(error))
            self._notes.append("This set cannot be saved: see the terminal")
        self._keep_failed = True

    def _source(self) -> SourceInfo:
        """Describe the frames so far; the last one lasts as long as those before it."""
        width, height = self._camera.size or (0, 0)
        step_s = (self._last_s - self._first_s) / (self._fed - 1) if self._fed > 1 else 0.0
        return SourceInfo(self._camera.name, self._last_s + step_s, self._fed, width, height)

    def _finish(self) -> None:
        self._give(self.practice.finish(self._now()))

    def _outcome(self) -> Outcome:
        notes = [*self._provenance.notes]
        dropped, taken = self._camera.dropped - self._first_dropped, self._camera.frames - self._first_frame
        if dropped:
            notes.append(f"{dropped} of {taken} camera frames were dropped to stay in time")
        provenance = replace(self._provenance, formcheck=formcheck.__version__, notes=tuple(notes))
        result = self._engine.finish(self._source(), provenance)
        kept = ""
        if self._keeper is not None:
            try:
                kept = self._keeper.finished(result)
            except FormcheckError as error:
                self._cannot_keep(error)
        return Outcome(result, kept, self._quit)
