"""Keep each set so that nothing done is lost: not by a crash, a pulled plug or a full disk.

A set is a folder. While it goes on, every finished rep or hold is a line of `set.jsonl` that is on the disk before
practice goes on, and the landmarks go to `landmarks.part` once a second. At its end `landmarks.npz` and `result.json`
take their places. What a crash left behind is finished at the next start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from formcheck.errors import FormcheckError, OutputError
from formcheck.model import FloatArray, Hold, LandmarkRecording, PoseObservation, Rep, SetResult, SourceInfo
from formcheck.report import write_json
from formcheck.skeleton import N_LANDMARKS
from formcheck.sources import save_recording

__all__ = ["Recovered", "SetFolder", "SetHeader", "SetKeeper", "note_pain", "recover_sets"]

SCHEMA: Final = "formcheck.live-set/1"
FLUSH_S: Final = 1.0
_JOURNAL, _PART, _LANDMARKS, _RESULT = "set.jsonl", "landmarks.part", "landmarks.npz", "result.json"
_FRAME: Final = np.dtype(
    [
        ("time_s", "<f8"),
        ("points", "<f4", (N_LANDMARKS, 2)),
        ("visibility", "<f4", (N_LANDMARKS,)),
        ("sd_px", "<f4", (N_LANDMARKS,)),
    ]
)


@dataclass(frozen=True, slots=True)
class SetHeader:
    """What is known of a set at its start; `started` is the local time in ISO form, pain is 0 to 10 if asked for."""

    exercise: str
    started: str
    source: str
    width: int
    height: int
    model_sha256: str
    backend: str
    spec_sha256: str
    stature_cm: float | None
    side: str | None
    metronome: bool
    pain_before: int | None


class SetKeeper(Protocol):
    """What keeps one set. All of them raise OutputError where that fails, and may be called again."""

    def observed(self, observation: PoseObservation, /) -> None:
        """Keep a frame."""

    def completed(self, item: Rep | Hold, /) -> None:
        """Keep a rep or hold for good, before anything else happens."""

    def finished(self, result: SetResult, /) -> str:
        """Keep the result; return where."""


class _Appended:
    """A file that whole pieces are appended to. What could not be written waits, and is written with the next piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._good = 0
        self._waiting = bytearray()

    def add(self, piece: bytes) -> None:
        """Take a piece, without writing it."""
        self._waiting += piece

    def flush(self, *, to_disk: bool) -> None:
        """Write what waits, all of it or nothing; `to_disk` also waits for the disk. Raises OutputError."""
        try:
            if self._waiting:
                self._write()
            if to_disk:
                os.fsync(self._file)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"{self._path}: cannot be saved: {reason}; practice goes on, free some space") from error

    def _write(self) -> None:
        written = os.write(self._file, self._waiting)
        if written < len(self._waiting):
            os.ftruncate(self._file, self._good)  # a torn line would spoil the next one as well
            raise OSError(28, "no space left on device")
        self._good += written
        self._waiting.clear()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class SetFolder:
    """Keeps one set in a new folder below `root`. Raises OutputError."""

    def __init__(self, root: Path, header: SetHeader) -> None:
        self._header = header
        try:
            self.folder = _new_folder(root, f"{header.started[:19].replace(':', '-')}_{header.exercise}")
            self._journal = _Appended(self.folder / _JOURNAL)
            self._frames = _Appended(self.folder / _PART)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"{root}: sets cannot be saved here: {reason}; free some space") from error
        self._flushed_s = -FLUSH_S
        self._note({"schema": SCHEMA, **asdict(header)})
        _sync_folder(self.folder)

    def observed(self, observation: PoseObservation) -> None:
        """Keep a frame; it is on its way to the disk within a second."""
        frame = np.zeros((), dtype=_FRAME)
        frame["time_s"], frame["points"] = observation.time_s, observation.points
        frame["visibility"], frame["sd_px"] = observation.visibility, observation.sd_px
        self._frames.add(frame.tobytes())
        if observation.time_s - self._flushed_s >= FLUSH_S:
            self._flushed_s = observation.time_s
            self._frames.flush(to_disk=False)

    def completed(self, item: Rep | Hold) -> None:
        """Keep a rep or hold for good."""
        self._note({"hold" if isinstance(item, Hold) else "rep": asdict(item)})
        self._frames.flush(to_disk=True)

    def finished(self, result: SetResult) -> str:
        """Put landmarks and result in their places; return the folder's name."""
        self._note({"finished": asdict(result.counts)})
        self._frames.flush(to_disk=True)
        self._journal.close()
        self._frames.close()
        _finish(self.folder, self._header, result)
        return str(self.folder)

    def _note(self, line: Mapping[str, Any]) -> None:
        self._journal.add(json.dumps(line, ensure_ascii=False, allow_nan=True).encode() + b"\n")
        self._journal.flush(to_disk=True)


def note_pain(folder: Path, pain_after: int) -> None:
    """Add the pain after a set, 0 to 10, to its journal. Raises OutputError."""
    journal = _Appended(folder / _JOURNAL)
    journal.add(json.dumps({"pain_after": pain_after}).encode() + b"\n")
    journal.flush(to_disk=True)
    journal.close()


def _new_folder(root: Path, name: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = root / (name if number == 1 else f"{name}_{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(17, "too many sets of the same second")


def _sync_folder(folder: Path) -> None:
    """Wait until the names of new files are on the disk too, where the system can."""
    if os.name != "posix":
        return
    for each in (folder, folder.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _finish(folder: Path, header: SetHeader, result: SetResult) -> None:
    recording = replace(_read_frames(folder / _PART, header, result.provenance.notes), source=result.source)
    if len(recording):
        save_recording(recording, folder / _LANDMARKS)
    write_json(result, folder / _RESULT)
    (folder / _PART).unlink(missing_ok=True)


def _read_frames(path: Path, header: SetHeader, notes: tuple[str, ...]) -> LandmarkRecording:
    content = path.read_bytes()
    frames = np.frombuffer(content[: len(content) // _FRAME.itemsize * _FRAME.itemsize], dtype=_FRAME)
    time_s = frames["time_s"].astype(np.float64)
    return LandmarkRecording(
        source=_source(header, time_s),
        model_sha256=header.model_sha256,
        backend=header.backend,
        time_s=time_s,
        points=frames["points"].astype(np.float32),
        visibility=frames["visibility"].astype(np.float32),
        sd_px=frames["sd_px"].astype(np.float32),
        notes=notes,
    )


def _source(header: SetHeader, time_s: FloatArray) -> SourceInfo:
    """Return what the frames at `time_s` came from; the last one lasts as long as those before it."""
    step_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1) if len(time_s) > 1 else 0.0
    end_s = float(time_s[-1]) + step_s if len(time_s) else 0.0
    return SourceInfo(header.source, end_s, len(time_s), header.width, header.height)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A set that was cut off, finished now: the reps or holds in its journal, and why it could not be scored."""

    folder: Path
    exercise: str
    started: str
    completed: int
    problem: str = ""


Rescore = Callable[[LandmarkRecording, SetHeader], SetResult]


def recover_sets(root: Path, rescore: Rescore) -> list[Recovered]:
    """Finish the sets below `root` that were cut off: landmarks and result from what reached the disk."""
    left = sorted(path.parent for path in root.glob(f"*/{_PART}"))
    return [found for folder in left if (found := _recover(folder, rescore)) is not None]


def _recover(folder: Path, rescore: Rescore) -> Recovered | None:
    lines = _read_journal(folder / _JOURNAL)
    header = _header(lines)
    if header is None:  # cut off before anything was known
        return None
    completed = sum("rep" in line or "hold" in line for line in lines)
    problem = ""
    note = "practice was cut off before the end of the set"
    try:
        _finish(folder, header, rescore(_read_frames(folder / _PART, header, (note,)), header))
    except FormcheckError as error:
        problem = str(error)
    return Recovered(folder, header.exercise, header.started, completed, problem)


def _read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a journal; the last one may be torn."""
    lines = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines


def _header(lines: list[dict[str, Any]]) -> SetHeader | None:
    if not lines or lines[0].get("schema") != SCHEMA:
        return None
    return SetHeader(**{name: lines[0].get(name) for name in SetHeader.__dataclass_fields__})  # type: ignore[arg-type]
