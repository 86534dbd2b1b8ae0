"""Observations stacked into a landmark recording as they come."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from formcheck.model import FloatArray, LandmarkRecording, PoseObservation, SourceInfo
from formcheck.skeleton import N_LANDMARKS

__all__ = ["RecordingStack"]

FIRST_FRAMES: Final = 256
Array = TypeVar("Array", bound=NDArray[Any])


class RecordingStack:
    """Collects observations in arrays that grow by doubling: some 600 bytes a frame and nothing else."""

    def __init__(self) -> None:
        self._count = 0
        self._time_s: FloatArray = np.empty(FIRST_FRAMES)
        self._points = np.empty((FIRST_FRAMES, N_LANDMARKS, 2), dtype=np.float32)
        self._visibility = np.empty((FIRST_FRAMES, N_LANDMARKS), dtype=np.float32)
        self._sd_px = np.empty((FIRST_FRAMES, N_LANDMARKS), dtype=np.float32)

    def add(self, observation: PoseObservation) -> None:
        """Append one frame."""
        if self._count == len(self._time_s):
            self._time_s = _doubled(self._time_s)
            self._points = _doubled(self._points)
            self._visibility = _doubled(self._visibility)
            self._sd_px = _doubled(self._sd_px)
        self._time_s[self._count] = observation.time_s
        self._points[self._count] = observation.points
        self._visibility[self._count] = observation.visibility
        self._sd_px[self._count] = observation.sd_px
        self._count += 1

    def recording(
        self, source: SourceInfo, *, model_sha256: str, backend: str, notes: tuple[str, ...] = ()
    ) -> LandmarkRecording:
        """Return all frames so far."""
        return LandmarkRecording(
            source=source,
            model_sha256=model_sha256,
            backend=backend,
            time_s=self._time_s[: self._count].copy(),
            points=self._points[: self._count].copy(),
            visibility=self._visibility[: self._count].copy(),
            sd_px=self._sd_px[: self._count].copy(),
            notes=notes,
        )


def _doubled(array: Array) -> Array:
    """Return a copy of `array` with room for as many rows again."""
    return np.concatenate([array, np.empty_like(array)])  # type: ignore[return-value]  # same kind of array, longer
