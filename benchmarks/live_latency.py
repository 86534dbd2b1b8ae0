"""How far behind live practice is: capture to picture, movement to cue, queues, memory, frame rate.

    python benchmarks/live_latency.py VIDEO [--minutes 1] [--exercise heel_raise] [--window]

Plays a video again and again as a camera of its frame rate, through the same loop as `formcheck live`: decoding,
network, foot tracking, engine, drawing, window (with --window, under Xvfb where there is no screen) and record. The
targets hold for 2 cores that do nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import formcheck.live  # noqa: F401  first: OpenCV before PyAV
from formcheck.feedback.cues import Tone
from formcheck.feedback.speech import Mute
from formcheck.live.loop import Asked, Devices
from formcheck.live.meter import Meter
from formcheck.live.practise import Session, practise
from formcheck.live.window import NoWindow, Screen, open_window
from formcheck.pose import FollowingEstimator, MediaPipeEstimator
from formcheck.sources import VideoSource
from formcheck.sources.camera import Camera, Picture
from formcheck.specs.loader import load_spec
from formcheck.store import open_store

TARGETS = "targets: picture 60 ms median, 120 ms 95th percentile; cue 300 ms; one frame waiting; memory +30 MB"


class LoopingDevice:
    """Plays a video over and over; so a real camera looks, whose pictures never come late."""

    endless = True
    name = "looped video"

    def __init__(self, path: Path, until_s: float) -> None:
        self._path, self._until_s = path, until_s
        self._source = VideoSource(path)
        self._frames = iter(self._source)
        self._offset_s, self._last_s = 0.0, 0.0

    def read(self, now: Callable[[], float], stopped: threading.Event) -> Picture | None:
        """Wait for the next picture."""
        while now() < self._until_s:
            frame = next(self._frames, None)
            if frame is None:
                self._source.close()
                self._source = VideoSource(self._path)
                self._frames, self._offset_s = iter(self._source), self._last_s + 1 / 30
                continue
            wait_s = frame.time_s + self._offset_s - now()
            if stopped.wait(max(wait_s, 0.0)):
                return None
            # A camera's picture is from now: where decoding is late, the video goes on slower instead.
            self._offset_s -= min(wait_s, 0.0)
            self._last_s = frame.time_s + self._offset_s
            return Picture(frame.image, self._last_s)
        return None

    def close(self) -> None:
        """Free the file."""
        self._source.close()


class HiddenWindow(NoWindow):
    """Takes pictures as a window does, without a screen."""


class SilentSpeakers:
    """Plays nothing, but takes tones as the speakers do."""

    def play(self, tone: Tone) -> None:
        """Do nothing."""

    def beat(self, period_s: float | None) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@dataclass
class Watch:
    """A screen that looks at memory and frame rate every ten seconds, asks for set after set, and ends the session."""

    screen: Screen
    meter: Meter
    length_s: float
    started_s: float = field(default_factory=time.monotonic)
    memory_mb: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    _looked_s: float = field(default_factory=time.monotonic)
    _shown_then: int = 0
    _shown: int = 0
    _summary_s: float = field(default_factory=time.monotonic)

    def show(self, picture: np.ndarray) -> str:
        """Show a picture and return the next key."""
        self.screen.show(picture)
        now_s, shown = time.monotonic(), len(self.meter.shown_s)
        if now_s - self._looked_s >= 10.0:
            self.rates.append((shown - self._shown_then) / (now_s - self._looked_s))
            self.memory_mb.append(memory_mb())
            self._shown_then, self._looked_s = shown, now_s
            print(
                f"{now_s - self.started_s:6.0f} s  {self.rates[-1]:5.1f} fps  {self.memory_mb[-1]:6.1f} MB", flush=True
            )
        if now_s - self.started_s > self.length_s:
            return "q"
        if shown != self._shown or not shown:
            self._shown, self._summary_s = shown, now_s
        # No frame is measured while the summary is shown: then another set is asked for, once (the key also pauses).
        asks = now_s - self._summary_s > 3.0
        if asks:
            self._summary_s = now_s
        return " " if asks else ""

    def full_screen(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Close the window."""
        self.screen.close()


def memory_mb() -> float:
    """Return the memory this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--exercise", default="heel_raise")
    parser.add_argument("--window", action="store_true", help="show a real window")
    asked = parser.parse_args()
    until_s = asked.minutes * 60
    meter = Meter()
    watch = Watch(open_window() if asked.window else HiddenWindow(), meter, until_s)
    devices = Devices(watch, SilentSpeakers(), Mute(), lambda words: print(words, file=sys.stderr))
    camera = Camera(lambda: LoopingDevice(asked.video, until_s + 5))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        session = Session(Asked(load_spec(asked.exercise)), devices, store, "me")
        with FollowingEstimator(MediaPipeEstimator()) as estimator:
            completed = [one.result.counts.completed for one in practise(session, camera, estimator, meter)]
        store.close()
    watch.close()
    tell(meter, watch, camera, sum(completed))


def tell(meter: Meter, watch: Watch, camera: Camera, completed: int) -> None:
    """Print what was measured."""
    picture, cue = meter.quantiles_ms(meter.shown_s), meter.quantiles_ms(meter.cued_s)
    print(f"frames taken {camera.frames}, dropped {camera.dropped}, shown {len(meter.shown_s)}; reps {completed}")
    print(f"capture to picture: median {picture[0]:.0f} ms, 95th percentile {picture[1]:.0f} ms")
    print(
        f"movement's end to cue: median {cue[0]:.0f} ms, 95th {cue[1]:.0f} ms ({len(meter.cued_s)}); "
        f"late {meter.late_cues}"
    )
    print(f"most frames waiting: {meter.most_waiting}")
    wall_s = time.monotonic() - watch.started_s
    print(f"processor: {time.process_time() / wall_s:.2f} cores used; load of the machine {os.getloadavg()[0]:.1f}")
    if len(watch.memory_mb) > 7:  # by then the video has begun anew, which costs a second decoder
        settled = watch.memory_mb[6:]
        print(f"memory: {settled[0]:.0f} MB after 70 s, {settled[-1]:.0f} MB at the end, {max(settled):.0f} MB at most")
        print(
            f"frame rate: {min(watch.rates):.1f} to {max(watch.rates):.1f} fps in 10 s, mean {np.mean(watch.rates):.1f}"
        )
    print(TARGETS)


if __name__ == "__main__":
    main()
