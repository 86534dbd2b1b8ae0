"""Time held positions: entered when steady, left when lost, forgiving short drop-outs."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

__all__ = ["HoldLimits", "HoldTimer", "HoldTiming"]

_STEADY_QUANTILES = (0.05, 0.95)
_LEVEL_S = 4.0
_LEAST_SEEN = 0.7
_LOST_S = 0.35
_BROKEN_S = 0.9
_GLITCH_S = 0.25
"""Times: default, not from literature."""


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """When a position is held (see `HoldMovement` of the spec), in the unit of its measure and in seconds."""

    reach: float
    within: float
    lost: float
    settle_s: float
    grace_s: float
    above: bool = False

    def keeps(self, x: float, level: float) -> bool:
        """Whether the position is kept at `x`, given the held level."""
        return x >= (self.lost if self.above else level - self.lost)


@dataclass(frozen=True, slots=True)
class HoldTiming:
    """One finished hold, from the first to the last frame that was seen to be held. `broken_by` names what ended it.

    `held_s` leaves out drop-outs longer than the grace.
    """

    side: str
    start_s: float
    end_s: float
    held_s: float
    level: float
    broken_by: str | None


@dataclass(slots=True)
class HoldTimer:
    """`update(t, x, side, broken)` every frame; returns the timing of a hold when it is over.

    `x` is the measure, NaN when not seen; `broken` names a rule that breaks the hold in this frame; `stepped` says
    that the foot has left its place. `held_s` is how long the hold that is on has lasted, up to the last frame in which
    it was seen to be kept: what its timing will say if it ends there.
    """

    limits: HoldLimits
    start_s: float = math.nan
    side: str = ""
    level: float = math.nan
    held_s: float = 0.0
    _armed: bool = True
    _last_s: float = math.nan
    _kept_s: float = math.nan
    _unseen_s: float = 0.0
    _bad_s: float = math.nan
    _broken: str | None = None
    _released: bool = False
    _recent: list[tuple[float, float, str]] = field(default_factory=list)
    _levels: list[float] = field(default_factory=list)

    @property
    def holding(self) -> bool:
        """Whether a hold is on."""
        return not math.isnan(self.start_s)

    def update(
        self, t: float, x: float, side: str, broken: str | None = None, *, stepped: bool = False
    ) -> HoldTiming | None:
        """Take one frame."""
        if self.holding:
            return self._hold(t, x, broken, stepped)
        self._wait(t, x, side)
        return None

    def finish(self) -> HoldTiming | None:
        """End a hold that is still on when the video ends."""
        return self._end(None) if self.holding else None

    def _wait(self, t: float, x: float, side: str) -> None:
        self._recent.append((t, x, side))
        while t - self._recent[0][0] > self.limits.settle_s + 1.0:
            self._recent.pop(0)
        if not self._armed:
            self._armed = x < self.limits.reach or (not self.limits.above and x < self.level - 2 * self.limits.lost)
            return
        window = [value for at, value, of in self._recent if t - at <= self.limits.settle_s and of == side]
        values = np.array(window)
        seen = np.isfinite(values)
        full = self._recent[0][0] <= t - self.limits.settle_s
        total = sum(1 for at, _, _ in self._recent if t - at <= self.limits.settle_s)
        if not full or seen.sum() < max(_LEAST_SEEN * total, 3):
            return
        low, high = np.quantile(values[seen], _STEADY_QUANTILES)
        if low < self.limits.reach or (high - low > self.limits.within and not self.limits.above):
            return
        self._begin(t, float(np.median(values[seen])), side)

    def _begin(self, t: float, level: float, side: str) -> None:
        self.level, self.side, self._last_s = level, side, t
        self._keep(t)
        self.read_start()

    def read_start(self, broken_s: Collection[float] = ()) -> None:
        """Read back when the position that has just been taken was reached; at `broken_s` a rule was broken.

        It is the first frame in the position that nothing but a glitch parts from now.
        """
        start = self._last_s
        for at, value, side in reversed(self._recent):
            if side == self.side and self._belongs(value) and at not in broken_s:
                start = at
            elif start - at > _GLITCH_S:
                break
        self.start_s, self.held_s = start, self._last_s - start
        self._levels = [value for at, value, _ in self._recent if at >= start and not math.isnan(value)]

    def _belongs(self, value: float) -> bool:
        return value >= self.limits.lost if self.limits.above else abs(value - self.level) <= self.limits.within

    def _hold(self, t: float, x: float, broken: str | None, stepped: bool) -> HoldTiming | None:
        if math.isnan(x):
            if t - self._last_s > max(self.limits.grace_s, 2.0):
                return self._end(None)
            return None
        if t - self._last_s > self.limits.grace_s:
            self._unseen_s += t - self._last_s
        self._last_s = t
        if t - self.start_s <= _LEVEL_S:
            self._levels.append(x)
            self.level = float(np.median(self._levels))
        if self.limits.keeps(x, self.level) and broken is None:
            self.held_s += t - self._kept_s - self._unseen_s
            self._keep(t)
            return None
        if math.isnan(self._bad_s):
            self._bad_s = t
        self._broken = broken or self._broken
        # Who lets go of the stretch bends the knee and lifts the heel too, and steps away: that is no fault.
        self._released = self._released or stepped or not self.limits.keeps(x, self.level)
        wait_s = _LOST_S if self._released else _BROKEN_S
        if t - self._bad_s >= wait_s:
            return self._end(None if self._released else self._broken)
        return None

    def _keep(self, t: float) -> None:
        self._kept_s, self._unseen_s = t, 0.0
        self._bad_s, self._broken, self._released = math.nan, None, False

    def _end(self, broken: str | None) -> HoldTiming:
        timing = HoldTiming(
            side=self.side,
            start_s=self.start_s,
            end_s=self._kept_s,
            held_s=self.held_s,
            level=self.level,
            broken_by=broken,
        )
        self.start_s, self.held_s, self._armed = math.nan, 0.0, False
        self._recent.clear()
        return timing
