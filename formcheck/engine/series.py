"""Every frame's measures, each with the zeros that held when it was taken."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from formcheck.engine.calibrate import ZEROS, Scale, calibrate
from formcheck.engine.place import Place
from formcheck.measures.names import hidden_columns
from formcheck.model import FloatArray, View

__all__ = ["Readout", "ZeroHistory"]

_BLOCK = 64


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


@dataclass(slots=True)
class Readout:
    """Reads frames one by one, calibrated with a place's zeros; works out those that are there already together."""

    _zeros: FloatArray | None = None
    _first: int = 0
    _stop: int = 0
    _series: Mapping[str, FloatArray] = field(default_factory=dict)

    def look_at(self, i: int, rows: FloatArray, place: Place) -> Mapping[str, float]:
        """Return the series' values in frame `i` of `rows`."""
        if self._zeros is not place.zeros or not self._first <= i < self._stop:
            self._zeros, self._first, self._stop = place.zeros, i, min(i + _BLOCK, len(rows))
            self._series = calibrate(rows[i : self._stop], place.zeros, place.scale)
        return _Row(self._series, i - self._first)


@dataclass(frozen=True, slots=True)
class _Row(Mapping[str, float]):
    """One row of a series."""

    series: Mapping[str, FloatArray]
    at: int

    def __getitem__(self, column: str) -> float:
        return float(self.series[column][self.at])

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    def __len__(self) -> int:
        return len(self.series)
