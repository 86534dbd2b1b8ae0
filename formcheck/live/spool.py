"""The landmarks of a set while it goes on: a file that grows, of which a crash leaves all but the last second."""

from __future__ import annotations

import errno
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.errors import OutputError, SourceError
from formcheck.model import LandmarkRecording, PoseObservation, SourceInfo
from formcheck.skeleton import LANDMARKS, N_LANDMARKS

if sys.platform != "win32":
    import fcntl

__all__ = ["FrameSpool", "SpoolHeader", "is_in_use", "read_spool"]

SCHEMA: Final = "formcheck.spool/1"
FLUSH_S: Final = 1.0
_FRAME: Final = np.dtype(
    [
        ("time_s", "<f8"),
        ("points", "<f4", (N_LANDMARKS, 2)),
        ("visibility", "<f4", (N_LANDMARKS,)),
        ("sd_px", "<f4", (N_LANDMARKS,)),
    ]
)


@dataclass(frozen=True, slots=True)
class SpoolHeader:
    """The first line of the file: what is needed to make a landmark recording of the rest."""

    source: str
    width: int
    height: int
    model_sha256: str
    backend: str


class FrameSpool:
    """Appends frames to a new file at `path`. Raises OutputError; what could not be written waits for the next try."""

    def __init__(self, path: Path, header: SpoolHeader) -> None:
        self.path: Final = path
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise _cannot_write(path, error) from error
        if sys.platform != "win32":
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._good = 0
        first = {"schema": SCHEMA, "landmarks": list(LANDMARKS), **asdict(header)}
        self._waiting = bytearray(json.dumps(first).encode() + b"\n")
        self._flushed_s = -FLUSH_S

    def add(self, observation: PoseObservation) -> None:
        """Take a frame; within a second it is written."""
        frame = np.zeros((), dtype=_FRAME)
        frame["time_s"], frame["points"] = observation.time_s, observation.points
        frame["visibility"], frame["sd_px"] = observation.visibility, observation.sd_px
        self._waiting += frame.tobytes()
        if observation.time_s - self._flushed_s >= FLUSH_S:
            self._flushed_s = observation.time_s
            self.flush()

    def flush(self, *, to_disk: bool = False) -> None:
        """Write what waits, all of it or nothing; `to_disk` also waits until the disk has it."""
        try:
            if self._waiting:
                self._write()
            if to_disk:
                os.fsync(self._file)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def _write(self) -> None:
        written = os.write(self._file, self._waiting)
        if written < len(self._waiting):
            os.ftruncate(self._file, self._good)  # a torn frame would spoil all after it
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._good += written
        self._waiting.clear()

    def close(self) -> None:
        """Close the file; it stays."""
        os.close(self._file)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"{path.parent}: this set cannot be saved: {reason}; practice goes on, free some space")


def is_in_use(path: Path) -> bool:
    """Whether a set is going on that writes this file."""
    if sys.platform == "win32":
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def read_spool(path: Path, *, notes: tuple[str, ...] = ()) -> LandmarkRecording:
    """Return all whole frames of a spool as a recording. Raises SourceError."""
    try:
        first, _, rest = path.read_bytes().partition(b"\n")
        header = json.loads(first)
        if header.pop("schema") != SCHEMA or header.pop("landmarks") != list(LANDMARKS):
            raise SourceError(f"{path}: written by another version of formcheck; it cannot be finished by this one")
        known = SpoolHeader(**header)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path}: the beginning is damaged; the landmarks of this set are lost") from error
    frames = np.frombuffer(rest[: len(rest) // _FRAME.itemsize * _FRAME.itemsize], dtype=_FRAME)
    time_s = frames["time_s"].astype(np.float64)
    step_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1) if len(time_s) > 1 else 0.0
    end_s = float(time_s[-1]) + step_s if len(time_s) else 0.0
    return LandmarkRecording(
        source=SourceInfo(known.source, end_s, len(time_s), known.width, known.height),
        model_sha256=known.model_sha256,
        backend=known.backend,
        time_s=time_s,
        points=frames["points"].astype(np.float32),
        visibility=frames["visibility"].astype(np.float32),
        sd_px=frames["sd_px"].astype(np.float32),
        notes=notes,
    )
