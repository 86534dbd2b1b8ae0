"""Keep each set so that nothing done is lost: not by a crash, a killed program or a full disk.

Every finished rep or hold is in the record before practice goes on, and the landmarks reach the disk once a second and
with every rep. What a crash left open is finished at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Protocol

from formcheck.errors import FormcheckError, SourceError
from formcheck.live.clips import ClipRecorder
from formcheck.live.spool import FrameSpool, SpoolHeader, is_in_use, read_spool
from formcheck.model import Frame, Hold, PoseObservation, Rep, SetResult
from formcheck.sources import save_recording
from formcheck.specs.loader import SpecFile
from formcheck.store import Store
from formcheck.store.scored import rescore

__all__ = ["Recovered", "SetFacts", "SetKeeper", "StoredSet", "recover_sets"]

_SPOOL: Final = "landmarks.part"
_CLIP: Final = "clip.part.mp4"


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What is known of a set at its start."""

    spec_file: SpecFile
    person: str
    side: Literal["left", "right"] | None
    stature_cm: float | None
    metronome: bool
    pain_before: int | None
    keep_clips: bool = False


class SetKeeper(Protocol):
    """What keeps one set. Its methods raise a FormcheckError where that fails, and practice goes on."""

    def observed(self, frame: Frame, observation: PoseObservation, /) -> None:
        """Keep what was seen in a frame; the picture itself only for a clip that was agreed to."""

    def completed(self, item: Rep | Hold, /) -> None:
        """Keep a rep or hold for good."""

    def finished(self, result: SetResult, /) -> str:
        """Keep the result; return the name of the set."""


class StoredSet:
    """Keeps one set in the record. Raises StoreError, OutputError."""

    def __init__(self, store: Store, facts: SetFacts, header: SpoolHeader) -> None:
        self._store = store
        self._going = store.open_set(
            facts.spec_file,
            person=facts.person,
            origin="live",
            asked_side=facts.side,
            asked_stature_cm=facts.stature_cm,
            metronome=facts.metronome,
            pain_before=facts.pain_before,
        )
        folder = store.files.make(self._going.uid)
        self._spool = FrameSpool(folder / _SPOOL, header)
        self._clips = ClipRecorder(folder / _CLIP) if facts.keep_clips else None

    def observed(self, frame: Frame, observation: PoseObservation) -> None:
        """Keep what was seen in a frame; it is on its way to the disk within a second."""
        if self._clips is not None:
            self._clips.seen(frame)
        self._spool.add(observation)

    def completed(self, item: Rep | Hold) -> None:
        """Keep a rep or hold, and the landmarks up to it, for good."""
        if self._clips is not None and item.verdict == "fault":
            self._clips.keep(item)
        self._spool.flush(to_disk=True)
        self._store.add(self._going, item)

    def finished(self, result: SetResult) -> str:
        """Close the set in the record; return its name."""
        self._spool.flush(to_disk=True)
        self._spool.close()
        recording = read_spool(self._spool.path, notes=result.provenance.notes)
        clip = None if self._clips is None else self._clips.close()
        self._store.close_set(self._going, result, replace(recording, source=result.source), clip=clip)
        _tidy(self._spool.path)
        return self._going.uid


def _tidy(spool: Path) -> None:
    """Remove what was needed only while the set went on."""
    spool.unlink(missing_ok=True)
    spool.with_name(_CLIP).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A set that was cut off: its name, the reps or holds kept, and what stands in the way of finishing it."""

    uid: str
    exercise: str
    completed: int
    problem: str = ""


def recover_sets(store: Store) -> list[Recovered]:
    """Finish the sets that were cut off, from what reached the disk."""
    found = []
    for summary in store.list_sets():
        if summary.state != "open":
            continue
        spool = store.files.folder(summary.uid) / _SPOOL
        if spool.exists() and is_in_use(spool):
            continue
        completed, problem = summary.counts.completed, ""
        try:
            completed = _finish(store, summary.uid, spool)
        except FormcheckError as error:
            problem = str(error)
        found.append(Recovered(summary.uid, summary.exercise, completed, problem))
    return found


def _finish(store: Store, uid: str, spool: Path) -> int:
    """Score a set from its landmarks and close it; return how many reps or holds it has."""
    going = store.left_open(uid)
    recording = read_spool(spool, notes=("practice was cut off before the end of the set",))
    if not len(recording):
        raise SourceError(f"{spool}: nobody had been seen yet; `formcheck sessions delete {uid[:8]}` removes the set")
    save_recording(recording, store.files.recording(uid))
    result = rescore(store, uid, store.spec_of(store.find_set(uid).spec_sha256))
    store.close_set(going, result, recording)
    _tidy(spool)
    return result.counts.completed
