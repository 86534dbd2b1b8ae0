"""Set after set with one camera, one network and one window, until nobody wants another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import formcheck
from formcheck.live.keep import SetFacts, SetKeeper, StoredSet
from formcheck.live.loop import Asked, Devices, LiveSet, Outcome
from formcheck.live.meter import Meter
from formcheck.live.spool import SpoolHeader
from formcheck.live.summary import summarise
from formcheck.live.summary_picture import draw_opening, draw_summary
from formcheck.live.watcher import Watcher, warm_up
from formcheck.live.window import CLOSED
from formcheck.model import Provenance, SourceInfo
from formcheck.pose import PoseEstimator
from formcheck.sources.camera import Camera
from formcheck.store import Store

__all__ = ["Session", "one_set", "practise"]

_WAIT_S: Final = 0.05
SUMMARY_S: Final = 90.0
"""So long the summary stays on the screen, unless a key ends it or asks for another set."""
QUESTION_AFTER_S: Final = 20.0
"""So long where a question follows it."""
FILE_SUMMARY_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Session:
    """What all sets of one sitting share.

    `notes` are shown in the window; `asks_after` says that a question follows each set's summary.
    """

    asked: Asked
    devices: Devices
    store: Store
    person: str
    notes: tuple[str, ...] = ()
    pain_before: int | None = None
    keep_clips: bool = False
    asks_after: bool = False


def practise(
    session: Session, camera: Camera, estimator: PoseEstimator, meter: Meter | None = None
) -> Iterator[Outcome]:
    """Yield each set when it is over. The camera must not have been started yet."""
    session.devices.screen.show(draw_opening(session.asked.spec_file.spec))
    warm_up(estimator)
    with camera, Watcher(camera, estimator) as watcher:
        origin_s = 0.0
        while True:
            live = LiveSet(
                session.asked,
                camera,
                watcher,
                session.devices,
                lambda source: _stored(session, estimator, source),
                _provenance(session, estimator),
                origin_s=origin_s,
                notes=session.notes,
                meter=meter,
            )
            outcome = live.run()
            again = not outcome.quit and _show_summary(session, camera, watcher, outcome)
            yield outcome  # questions may be asked now, and take a while
            if not again:
                return
            origin_s = camera.now()


def one_set(session: Session, camera: Camera, estimator: PoseEstimator) -> Outcome:
    """Practise one set to its end, with nothing after it. The camera must not have been started yet."""
    with camera, Watcher(camera, estimator) as watcher:
        return LiveSet(
            session.asked,
            camera,
            watcher,
            session.devices,
            lambda source: _stored(session, estimator, source),
            _provenance(session, estimator),
            notes=session.notes,
        ).run()


def _provenance(session: Session, estimator: PoseEstimator) -> Provenance:
    sha256 = session.asked.spec_file.sha256
    return Provenance(formcheck.__version__, sha256, estimator.model_sha256, estimator.backend)


def _stored(session: Session, estimator: PoseEstimator, source: SourceInfo) -> SetKeeper:
    asked = session.asked
    facts = SetFacts(
        spec_file=asked.spec_file,
        person=session.person,
        side=asked.side,
        stature_cm=asked.stature_cm,
        metronome=asked.metronome,
        pain_before=session.pain_before,
        keep_clips=session.keep_clips,
    )
    header = SpoolHeader(source.path, source.width, source.height, estimator.model_sha256, estimator.backend)
    return StoredSet(session.store, facts, header)


def _show_summary(session: Session, camera: Camera, watcher: Watcher, outcome: Outcome) -> bool:
    """Show the summary for a while; return whether another set is wanted."""
    screen, devices = session.devices.screen, session.devices
    if not devices.has_window:
        return False
    picture = draw_summary(
        summarise(outcome.result, session.asked.spec_file.spec), saved=bool(outcome.kept), another=camera.endless
    )
    shown_s = QUESTION_AFTER_S if session.asks_after else SUMMARY_S
    until_s = camera.now() + (shown_s if camera.endless else FILE_SUMMARY_S)
    while camera.now() < until_s:
        key = screen.show(picture)
        if key == CLOSED:
            return False
        if key == " " and camera.endless:
            return True
        watcher.next(_WAIT_S)  # keep the network at the newest frame
    return False
