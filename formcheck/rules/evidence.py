"""What a form rule gets to see, and how a value is held against a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from formcheck.measures.names import FOOT_MEASURES, MeasureName, column_name
from formcheck.model import FloatArray, Side, View

__all__ = ["OWN_SHARE", "Cited", "Evidence", "Finding", "Level", "Limited", "grade", "not_judged"]

Level = Literal["ok", "watch", "fault", "cannot_judge"]

_LEAST_COVERAGE = 0.6
"""Share of the frames of a rep that must be seen for a rule to judge it (default, not from literature)."""
_HIDES_S = 0.35
"""A quick movement turns back within this time (default, not from literature)."""
_MOST_SD_SHARE, _DECISIVE_SD = 0.7, 2.0
"""A value whose standard deviation exceeds this share of its limit says nothing about the limit, unless it lies further
from it than so many standard deviations (default)."""

OWN_SHARE = 1 / 3
"""How much of a value's error is its own where it is held against another rep's or the other side's. The rest they
share (the same light, method and scale), and it cancels: over even raises on rendered clips such differences scattered
by a third of what the stated errors come to."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cited(_Strict):
    """A number and where it comes from."""

    value: float
    source: str = Field(min_length=8, description="A line of docs/clinical.md, or 'default, not from literature'.")


class Limited(_Strict):
    """What every rule of a spec file has: the views it can be judged in, and its words."""

    views: tuple[View, ...] = Field(default=("side", "oblique"), min_length=1)
    unless: tuple[str, ...] = Field(
        default=(), description="Not judged in a rep that one of these rules faults or cannot judge."
    )
    cue: str = Field(min_length=3, max_length=60, description="Said aloud while practising.")
    text: str = Field(min_length=10, description="Shown in the record, for example '{value} of {limit}'.")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The frames of one rep or hold: `series` maps columns (and their `_sd`) to arrays over `time_s`.

    `side` is the side to judge, `moving` what the rep is booked under. The `_sd` of centimetres leave out the error of
    the scale, which reps of one set share and ratios cancel; `scale_sd` is that error, as a share. With `feet_trusted`
    false the view is too oblique for the feet: their measures are lower bounds, of unknown error. `ahead_s` is when the
    person was last seen before the first frame, `behind_s` when they were next seen after the last; NaN where nothing
    is to come ahead of it or behind it.
    """

    side: Literal["left", "right"]
    moving: Side
    view: View
    start_s: float
    peak_s: float
    end_s: float
    time_s: FloatArray
    series: Mapping[str, FloatArray]
    scale_sd: float = 0.0
    feet_trusted: bool = True
    metronome: bool = False
    ahead_s: float = float("nan")
    behind_s: float = float("nan")

    def values(self, measure: MeasureName, side: str | None = None) -> tuple[FloatArray, FloatArray]:
        """Return a measure's values and standard deviations, frame by frame; infinite where it is a lower bound."""
        column = column_name(measure, side or self.side)
        values, sds = self.series[column], self.series[f"{column}_sd"]
        if measure in FOOT_MEASURES and not self.feet_trusted:
            return values, np.full_like(sds, np.inf)
        return values, sds

    def high(self, measure: MeasureName, side: str | None = None, *, share: float = 0.9) -> tuple[float, float, float]:
        """Return a robust maximum (the `share` quantile), its standard deviation and when it was; NaN if unseen."""
        values, sds = self.values(measure, side)
        seen = np.isfinite(values)
        if not len(seen) or seen.mean() < _LEAST_COVERAGE:
            return float("nan"), float("nan"), self.peak_s
        upward = np.sort(values[seen])
        level = float(upward[round(share * (len(upward) - 1))])  # np.quantile, many times as fast
        at = int(np.nanargmin(np.abs(values - level)))
        return level, float(sds[at]), float(self.time_s[at])

    def reached(self, measure: MeasureName, *, share: float = 0.9) -> tuple[float, float, float]:
        """Return what `high` does, but NaN where a gap in time is long enough to hide that the measure came higher."""
        seen_s = self.time_s[np.isfinite(self.values(measure)[0])]
        gap_s = np.diff(seen_s, prepend=self.time_s[:1] if np.isnan(self.ahead_s) else self.ahead_s).max(initial=0.0)
        if gap_s > max(_HIDES_S, (1.0 - share) * (self.end_s - self.start_s)):
            return float("nan"), float("nan"), self.peak_s
        return self.high(measure, share=share)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one rep. `reason` says why where it cannot judge; `value` may be against the own reps.

    `usual` says of what cannot be judged that it is no worse than in the person's other reps.
    """

    level: Level
    value: float
    sd: float
    limit: float
    time_s: float
    reason: str = ""
    against_own: bool = False
    usual: bool = False


def not_judged(reason: str, time_s: float, limit: float = float("nan")) -> Finding:
    """Return the finding that nothing can be said."""
    return Finding("cannot_judge", float("nan"), float("nan"), limit, time_s, reason)


def grade(value: float, sd: float, limit: float, time_s: float, *, below: bool = False) -> Finding:
    """Hold `value` against `limit` with a guard band of one standard deviation.

    Beyond the limit by more than the band is a fault, within the band a watch. `below` makes values under the limit
    the faulty ones. A value too uncertain for its limit is not judged.
    """
    if not np.isfinite(value):
        return not_judged("not seen well enough", time_s, limit)
    if np.isinf(sd):
        return Finding("cannot_judge", value, sd, limit, time_s, "seen too obliquely for this measure")
    excess = (limit - value) if below else (value - limit)
    if not np.isfinite(sd) or (sd > _MOST_SD_SHARE * abs(limit) and abs(excess) < _DECISIVE_SD * sd):
        return Finding("cannot_judge", value, sd, limit, time_s, "it could not be measured finely enough to tell")
    level: Level = "fault" if excess > sd else "watch" if excess > 0 else "ok"
    return Finding(level, value, sd, limit, time_s)
