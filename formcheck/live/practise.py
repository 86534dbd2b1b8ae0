"""Set after set with one camera, one network and one window, until nobody wants another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import formcheck
from formcheck.feedback.sound import Silence
from formcheck.live.keep import SetFolder, SetHeader, SetKeeper
from formcheck.live.loop import Asked, Devices, LiveSet, Outcome
from formcheck.live.meter import Meter
from formcheck.live.summary import summarise
from formcheck.live.summary_picture import draw_summary
from formcheck.live.watcher import Watcher, warm_up
from formcheck.live.window import CLOSED
from formcheck.model import Provenance, SourceInfo
from formcheck.pose import PoseEstimator
from formcheck.sources.camera import Camera

__all__ = ["Session", "practise"]

_WAIT_S: Final = 0.05
SUMMARY_S: Final = 90.0
"""So long the summary stays on the screen, unless a key ends it or asks for another set."""
FILE_SUMMARY_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Session:
    """What all sets of one sitting share. `now` tells the local time of day."""

    asked: Asked
    devices: Devices
    folder: Path
    notes: tuple[str, ...] = ()
    pain_before: int | None = None
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()


def practise(
    session: Session, camera: Camera, estimator: PoseEstimator, meter: Meter | None = None
) -> Iterator[Outcome]:
    """Yield each set when it is over. The camera must not have been started yet."""
    warm_up(estimator)
    with camera, Watcher(camera, estimator) as watcher:
        origin_s = 0.0
        while True:
            live = LiveSet(
                session.asked,
                camera,
                watcher,
                session.devices,
                lambda source: _folder(session, estimator, source),
                _provenance(session, estimator),
                origin_s=origin_s,
                notes=session.notes,
                meter=meter,
            )
            outcome = live.run()
            again = not outcome.quit and _show_summary(session, camera, watcher, outcome)
            yield outcome
            if not again:
                return
            origin_s = camera.now()


def _provenance(session: Session, estimator: PoseEstimator) -> Provenance:
    sha256 = session.asked.spec_file.sha256
    return Provenance(formcheck.__version__, sha256, estimator.model_sha256, estimator.backend)


def _folder(session: Session, estimator: PoseEstimator, source: SourceInfo) -> SetKeeper:
    asked = session.asked
    header = SetHeader(
        exercise=asked.spec_file.spec.id,
        started=session.now().isoformat(timespec="seconds"),
        source=source.path,
        width=source.width,
        height=source.height,
        model_sha256=estimator.model_sha256,
        backend=estimator.backend,
        spec_sha256=asked.spec_file.sha256,
        stature_cm=asked.stature_cm,
        side=asked.side,
        metronome=asked.metronome and not isinstance(session.devices.sound, Silence),
        pain_before=session.pain_before,
    )
    return SetFolder(session.folder, header)


def _show_summary(session: Session, camera: Camera, watcher: Watcher, outcome: Outcome) -> bool:
    """Show the summary for a while; return whether another set is wanted."""
    screen, devices = session.devices.screen, session.devices
    if not devices.has_window:
        return False
    picture = draw_summary(summarise(outcome.result, session.asked.spec_file.spec), saved=bool(outcome.kept))
    until_s = camera.now() + (SUMMARY_S if camera.endless else FILE_SUMMARY_S)
    while camera.now() < until_s:
        key = screen.show(picture)
        if key == CLOSED:
            return False
        if key == " " and camera.endless:
            return True
        watcher.next(_WAIT_S)  # keep the network at the newest frame
    return False
