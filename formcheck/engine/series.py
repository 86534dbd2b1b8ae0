"""Every frame's measures, each with the zeros that held when it was taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from formcheck.engine.calibrate import ZEROS, Scale, calibrate
from formcheck.engine.place import Place
from formcheck.measures.names import hidden_columns
from formcheck.model import FloatArray, View

__all__ = ["ZeroHistory"]


@dataclass(slots=True)
class ZeroHistory:
    """`note(first_frame, place)` whenever zeros change; `series(rows)` in the end."""

    _segments: list[tuple[int, FloatArray, Scale, View]] = field(default_factory=list)

    def note(self, first_frame: int, place: Place) -> None:
        """Remember that the place's zeros hold from `first_frame` on."""
        self._segments.append((first_frame, place.zeros, place.scale, place.view))

    def series(self, rows: FloatArray, time_s: list[float]) -> Mapping[str, FloatArray]:
        """Calibrate all `rows`; frames before the first rest with the zeros of it.

        What a view does not show is left out: sagittal angles from the front, frontal ones from the side.
        """
        blank: tuple[int, FloatArray, Scale, View] = (
            0,
            np.full(len(ZEROS), math.nan),
            Scale(math.nan, math.nan, 1.0),
            "side",
        )
        segments = sorted(self._segments, key=lambda segment: segment[0]) or [blank]
        starts = [0, *(segment[0] for segment in segments[1:]), len(rows)]
        parts = []
        for (_, zeros, scale, view), first, stop in zip(segments, starts[:-1], starts[1:], strict=True):
            part = dict(calibrate(rows[first:stop], zeros, scale))
            part |= {column: np.full(stop - first, math.nan) for column in hidden_columns(view)}
            parts.append(part)
        return {
            "time_s": np.array(time_s),
            **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
        }
