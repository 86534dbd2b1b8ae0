"""All frames of a set so far, as raw measures."""

from __future__ import annotations

import math

import numpy as np

from formcheck.engine.setup import find_problems
from formcheck.measures.table import COLUMN, COLUMNS
from formcheck.model import FloatArray
from formcheck.specs.schema import Posture

__all__ = ["FrameTable"]


class FrameTable:
    """A table that grows: `rows` (t, columns) of raw measures, `time_s`, the problem of each frame, and rest flags.

    `posture` is the one that the exercise begins in.
    """

    def __init__(self, posture: Posture = "standing") -> None:
        self._posture = posture
        self._rows = np.empty((256, len(COLUMNS)))
        self._at_rest: list[bool] = []
        self.time_s: list[float] = []
        self.problems: list[str | None] = []

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def rows(self) -> FloatArray:
        """The raw measures of every frame."""
        return self._rows[: len(self)]

    def append(self, rows: FloatArray, times_s: list[float], size: tuple[int, int]) -> None:
        """Add frames, in order of time; `size` is the picture's."""
        n, more = len(self), len(rows)
        if n + more > len(self._rows):
            grown = np.empty((max(2 * len(self._rows), n + more), len(COLUMNS)))
            grown[:n] = self._rows[:n]
            self._rows = grown
        self._rows[n : n + more] = rows
        self.time_s += times_s
        self.problems += find_problems(rows, size, self._posture)
        self._at_rest += [False] * more

    def mark_rest(self, i: int, at_rest: bool) -> None:
        """Note whether the movement was at rest in frame `i`."""
        self._at_rest[i] = at_rest

    def mark_only_rest(self, first: int, last: int) -> None:
        """Note that the movement was at rest in these frames, and not before."""
        self._at_rest[:first] = [False] * first
        self._at_rest[first : last + 1] = [True] * (last + 1 - first)

    def rest_before(self, i: int, *, within_s: float, lasting_s: float) -> list[int]:
        """Return the last `lasting_s` of frames at rest before frame `i`, none of them older than `within_s`."""
        picked: list[int] = []
        for j in range(i - 1, -1, -1):
            if self.time_s[i] - self.time_s[j] > within_s:
                break
            if self._at_rest[j]:
                if picked and self.time_s[picked[0]] - self.time_s[j] > lasting_s:
                    break
                picked.append(j)
        return picked[::-1]

    def since(self, t: float) -> int:
        """Return the index of the first frame at `t` or later."""
        return int(np.searchsorted(self.time_s, t - 1e-9))

    def seen_before(self, i: int) -> float:
        """Return when somebody was last seen before frame `i`; NaN if nobody was."""
        seen = np.flatnonzero(np.isfinite(self._rows[:i, COLUMN["body_y"]]))
        return self.time_s[seen[-1]] if len(seen) else math.nan

    def seen_after(self, i: int, *, last: int) -> float:
        """Return when somebody was next seen after frame `i`, up to frame `last`; NaN if nobody was."""
        seen = np.flatnonzero(np.isfinite(self._rows[i + 1 : last + 1, COLUMN["body_y"]]))
        return self.time_s[i + 1 + seen[0]] if len(seen) else math.nan

    def between(self, start_s: float, end_s: float, *, last: int) -> slice:
        """Return the frames from `start_s` to `end_s`, none after frame `last`."""
        stop = int(np.searchsorted(self.time_s, end_s, side="right"))
        return slice(self.since(start_s), min(stop, last + 1))
