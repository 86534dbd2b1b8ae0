"""Count movements away from rest and back: two bands, durations in seconds, nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from formcheck.engine.timing import RepTiming, time_rep

__all__ = ["RepCounter", "RepLimits"]

_TOP_SHARE = 0.5  # below this share of the peak the movement is on its way back
_BACK_SHARE = 0.06  # below this share it is back
_NEARLY_SHARE = 0.35  # below this share it is nearly over
_AGAIN_SHARE = 0.25  # rising by this share of the peak from a valley begins the next rep
_STOPPED_SHARE, _STOPPED_S = 0.15, 0.25
_STUCK_S = 2.5  # a pause on the way back is shorter
_BEST_SHARE = 0.2  # movements smaller than this share of the best so far are fidgets
_CONFIRM_S = 0.08
_FOLLOW_S = 1.5
_CREEP_S = 4.0
_DRIFT = 0.15
_LOWER_S = 0.5
_STILL_S, _STILL = 0.4, 0.35  # a body at rest sways by less, in cm or degrees
_GAP_S = 1.2
_REST_BUFFER_S = 3.0
"""All shares and times: default, not from literature."""


@dataclass(frozen=True, slots=True)
class RepLimits:
    """What counts as a movement, in the unit of its measure and in seconds (see `RepMovement` of the spec)."""

    enter: float
    most: float
    least: float
    min_s: float
    max_s: float


@dataclass(slots=True)
class RepCounter:
    """`update(t, x)` every frame, NaN when not seen; returns the timing of a rep when one is complete.

    `x` rises in a rep. `base` is its value at rest and follows slow drift; `strayed` says that the person has left the
    movement's range (sat down, walked): the caller should wait for a new rest and build a new counter. `lowered_s` is
    since when they last rested so much lower that the rest before was none; -inf if they never did.
    """

    limits: RepLimits
    base: float
    best: float = 0.0
    strayed: bool = False
    lowered_s: float = -math.inf
    phase: str = "rest"
    _peak: float = math.nan
    _valley: float = math.nan
    _valley_s: float = math.nan
    _since_s: float = math.nan
    _below_s: float = math.nan
    _last_s: float = math.nan
    _start: float = math.nan  # where the movement began, if not at the base
    _t: list[float] = field(default_factory=list)
    _x: list[float] = field(default_factory=list)

    @property
    def progress(self) -> float:
        """Height of the movement now, as a share of the best so far, 0..1."""
        scale = max(self.best, self._peak - self.base if self.phase != "rest" else 0.0, self.limits.enter)
        return min(max((self._x[-1] - self.base) / scale, 0.0), 1.0) if self._x else 0.0

    @property
    def at_rest(self) -> bool:
        """Whether the newest value lies within the rest band."""
        return self.phase == "rest" and bool(self._x) and abs(self._x[-1] - self.base) < 0.35 * self.enter_level

    @property
    def enter_level(self) -> float:
        """The excursion that begins a rep, growing with the person's own best."""
        return max(self.limits.enter, _BEST_SHARE * self.best)

    def update(self, t: float, x: float) -> RepTiming | None:
        """Take the value of one frame."""
        if math.isnan(x):
            self._miss(t)
            return None
        dt = 0.0 if math.isnan(self._last_s) else t - self._last_s
        if dt > _GAP_S:
            self._forget()
        self._last_s = t
        self._t.append(t)
        self._x.append(x)
        if not self.limits.least < x - self.base < self.limits.most:
            self._stray(t)
            return None
        match self.phase:
            case "rest":
                self._rest(t, x, dt)
                return None
            case "up":
                self._up(t, x)
                return None
            case _:
                return self._down(t, x)

    def finish(self) -> RepTiming | None:
        """Return the timing of a rep that is nearly over as the video ends, if it is no fidget for sure."""
        height = self._peak - self.base
        if self.phase != "down" or height < _TOP_SHARE * self.best or self._x[-1] - self.base > _NEARLY_SHARE * height:
            return None
        return self._complete(self._valley_s, settled=True)

    def _miss(self, t: float) -> None:
        if t - self._last_s > _GAP_S and self.phase != "rest":
            self._forget()

    def _forget(self) -> None:
        self.phase = "rest"
        self._since_s = self._below_s = math.nan
        self._t.clear()
        self._x.clear()

    def _stray(self, t: float) -> None:
        if math.isnan(self._below_s):
            self._below_s = t
        elif t - self._below_s >= 2 * _CONFIRM_S:
            self.strayed = True

    def _rest(self, t: float, x: float, dt: float) -> None:
        d = x - self.base
        if d > self.limits.enter:
            if math.isnan(self._since_s):
                self._since_s = t
            if t - self._since_s >= _CONFIRM_S:
                self.phase, self._peak, self._since_s = "up", x, t
            return
        self._since_s = self._start = math.nan
        self._trim(t)
        self._follow(t, x, d, dt)

    def _follow(self, t: float, x: float, d: float, dt: float) -> None:
        """Let the base follow slow drift at once, a new lower rest after half a second, an upward creep slowly."""
        drift = _DRIFT * self.limits.enter * dt  # faster upward is a slow rep beginning
        if abs(d) < 0.5 * self.limits.enter:
            self.base += min(d * min(1.0, dt / _FOLLOW_S), drift)
            self._below_s = math.nan
        elif d > 0:
            self.base += min(d * min(1.0, dt / _CREEP_S), drift)
        elif math.isnan(self._below_s):
            self._below_s = t
        elif t - self._below_s > _LOWER_S and self._spread_since(t - _STILL_S) < min(0.25 * self.limits.enter, _STILL):
            self._keep(t - _STILL_S)  # what came before was the top of a movement
            self.base, self._below_s, self.lowered_s = x, math.nan, self._t[0]

    def _spread_since(self, t: float) -> float:
        return float(np.ptp(self._x[int(np.searchsorted(self._t, t)) :]))

    def _trim(self, t: float) -> None:
        if self._t and t - self._t[0] > 2 * _REST_BUFFER_S:
            self._keep(t - _REST_BUFFER_S)

    def _keep(self, since_s: float) -> None:
        first = int(np.searchsorted(self._t, since_s))
        del self._t[:first], self._x[:first]

    def _up(self, t: float, x: float) -> None:
        self._peak = max(self._peak, x)
        if x < self.base + _TOP_SHARE * (self._peak - self.base):
            self.phase, self._valley, self._valley_s = "down", x, t
        elif t - self._since_s > self.limits.max_s:
            self._forget()
            self.base = x

    def _down(self, t: float, x: float) -> RepTiming | None:
        height = self._peak - self.base
        if x < self._valley:
            self._valley, self._valley_s = x, t
        if x > self._valley + max(_AGAIN_SHARE * height, self.limits.enter):
            rep = self._complete(self._valley_s, settled=False)
            self.phase, self._peak, self._since_s = "up", x, t
            return rep
        still_s, back = t - self._valley_s, x - self.base <= _BACK_SHARE * height
        if back or still_s >= (_STOPPED_S if x - self.base <= _STOPPED_SHARE * height else _STUCK_S):
            rep = self._complete(self._valley_s, settled=back)
            self.phase = "rest"
            return rep
        return None

    def _complete(self, valley_s: float, *, settled: bool) -> RepTiming | None:
        t, x = np.array(self._t), np.array(self._x)
        inside = t <= valley_s
        before = self.base if math.isnan(self._start) else self._start
        after = self.base if settled else self._valley
        timing = time_rep(t[inside], x[inside], before, after)
        cut = int(np.searchsorted(t, min(valley_s, timing.end_s)))
        del self._t[:cut], self._x[:cut]
        self._since_s = self._below_s = math.nan
        self._start = math.nan if settled else self._valley
        lasts = self.limits.min_s <= timing.end_s - timing.start_s <= self.limits.max_s
        if timing.height < self.enter_level or not lasts:
            return None
        self.best = max(self.best, timing.height)
        return timing
