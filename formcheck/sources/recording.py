"""Landmark recordings: the observations of one video in one `.npz` file, replayed to the bit."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import SourceError
from formcheck.model import LandmarkRecording, SourceInfo
from formcheck.skeleton import LANDMARKS, N_LANDMARKS
from formcheck.whole_files import cannot_write, written_whole

__all__ = ["SCHEMA", "load_recording", "save_recording"]

SCHEMA: Final = "formcheck.landmarks/1"
_NAME, _VERSION = SCHEMA.split("/")
_ARRAYS: Final[Mapping[str, tuple[type, tuple[int, ...]]]] = {
    "time_s": (np.float64, ()),
    "points": (np.float32, (N_LANDMARKS, 2)),
    "visibility": (np.float32, (N_LANDMARKS,)),
    "sd_px": (np.float32, (N_LANDMARKS,)),
}


def save_recording(recording: LandmarkRecording, path: str | Path) -> None:
    """Write `recording` to `path` (`.npz`), whole or not at all. Raises OutputError."""
    target = Path(path)
    header = {
        "schema": SCHEMA,
        "formcheck": version("formcheck"),
        "source": asdict(recording.source),
        "model_sha256": recording.model_sha256,
        "backend": recording.backend,
        "notes": list(recording.notes),
        "landmarks": list(LANDMARKS),
    }
    arrays: dict[str, NDArray[Any]] = {name: getattr(recording, name) for name in _ARRAYS}
    text = json.dumps(header, ensure_ascii=False)
    with written_whole(target) as partial:
        try:
            with partial.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, header=np.array(text), **arrays)
        except OSError as error:
            raise cannot_write(target, error) from error


def load_recording(path: str | Path) -> LandmarkRecording:
    """Read a landmark recording. Nothing in the file is ever run. Raises SourceError."""
    source = Path(path)
    try:
        with source.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            header = json.loads(str(archive["header"]))
            _check_schema(header, source)
            arrays = {name: archive[name] for name in _ARRAYS}
    except OSError as error:
        raise SourceError(f"{source}: cannot be read ({error.strerror or 'not a landmark recording'})") from error
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"{source}: not a landmark recording, or a damaged one; save it again") from error
    _check_arrays(arrays, source)
    return _recording(header, arrays, source)


def _check_schema(header: Any, source: Path) -> None:
    schema = header.get("schema") if isinstance(header, dict) else None
    if schema == SCHEMA:
        return
    name, _, number = str(schema).partition("/")
    if name == _NAME and number.isdecimal() and int(number) > int(_VERSION):
        raise SourceError(
            f"{source}: written by a newer formcheck ({schema}; this one reads {SCHEMA}); update formcheck"
        )
    raise SourceError(f"{source}: not a landmark recording (schema {schema!r}, expected {SCHEMA!r})")


def _check_arrays(arrays: Mapping[str, NDArray[Any]], source: Path) -> None:
    frames = len(arrays["time_s"]) if arrays["time_s"].ndim == 1 else 0
    for name, (kind, shape) in _ARRAYS.items():
        expected = (frames, *shape)
        if arrays[name].dtype != kind or arrays[name].shape != expected or frames == 0:
            found = f"{arrays[name].dtype} {arrays[name].shape}"
            raise SourceError(f"{source}: {name} must be {kind.__name__} {expected}, got {found}; save it again")
    if not (np.isfinite(arrays["time_s"]).all() and (np.diff(arrays["time_s"]) > 0).all()):
        raise SourceError(f"{source}: time_s must rise from frame to frame; save the recording again")


def _recording(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], source: Path) -> LandmarkRecording:
    try:
        if tuple(header["landmarks"]) != LANDMARKS:
            raise SourceError(f"{source}: holds other landmarks than this formcheck uses; save it again")
        video = header["source"]
        return LandmarkRecording(
            source=SourceInfo(
                path=str(video["path"]),
                duration_s=float(video["duration_s"]),
                frames=int(video["frames"]),
                width=int(video["width"]),
                height=int(video["height"]),
            ),
            model_sha256=str(header["model_sha256"]),
            backend=str(header["backend"]),
            notes=tuple(str(note) for note in header["notes"]),
            **arrays,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{source}: the header of this landmark recording is damaged; save it again") from error
