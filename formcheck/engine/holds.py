"""Time held positions: found when steady, their start read back, left when lost, forgiving short drop-outs."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

__all__ = ["HoldLimits", "HoldTimer", "HoldTiming"]

_STEADY_QUANTILES = (0.05, 0.95)
_LEVEL_S = 4.0
_BACK_S = 6.0
_LEAST_SEEN = 0.7
_LOST_S = 0.35
_BROKEN_S = 0.9
_UNSEEN_S = 0.15  # longer than from one picture to the next: somebody was not seen in between
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

    def reached(self, x: float, level: float) -> bool:
        """Whether the position is reached at `x`, given the held level."""
        return x >= self.lost if self.above else x >= self.reach and abs(x - level) <= self.within

    def keeps(self, x: float, level: float) -> bool:
        """Whether the position is kept at `x`, given the held level: more of it is no loss."""
        return x >= self.least(level)

    def least(self, level: float) -> float:
        """Return the least at which the position is kept, given the held level."""
        return self.lost if self.above else level - self.lost

    def taken_anew(self, level: float, least: float) -> bool:
        """Whether the position is taken again at `level`, if it was `least` at the least since it was held."""
        return least < self.reach if self.above else level >= least + self.lost

    def overshoots(self, x: float, level: float) -> bool:
        """Whether `x` is so much more than the held level that, before it is held, it is on the way into it."""
        return not self.above and x > level + self.lost


@dataclass(frozen=True, slots=True)
class HoldTiming:
    """One finished hold, from the first to the last frame that was seen to be held.

    `broken_by` names the rule that ended it, and `broken_until_s` says how long that was seen broken. `held_s` leaves
    out what was not seen, and what was held but for a rule that may have been broken.
    """

    side: str
    start_s: float
    end_s: float
    held_s: float
    level: float
    broken_by: str | None
    broken_until_s: float


@dataclass(slots=True)
class HoldTimer:
    """`update(t, x, side, broken)` every frame; returns the timing of a hold when it is over.

    `x` is the measure, NaN when not seen; `broken` names a rule that breaks the hold in this frame, and `sure` says
    that it is broken by more than the measure's uncertainty: what may be no break ends no hold that goes on after it.
    `stepped` says that the foot has left its place. `held_s` is how long the hold that is on has lasted, up to the last
    frame in which it was seen to be kept: what its timing will say if it ends there, but that it never falls: where the
    start turns out to have been later it waits.

    After a hold the position must be taken anew: from further out of it, or, where a rule was broken, by keeping to the
    rules again, or when the person was out of sight in between.
    """

    limits: HoldLimits
    start_s: float = math.nan
    side: str = ""
    level: float = math.nan
    held_s: float = 0.0
    _least: float = -math.inf  # since the last hold
    _unfit_s: float = math.nan  # when the last position was last not kept, or a rule of it broken
    _found_s: float = math.nan
    _last_s: float = math.nan
    _kept_s: float = math.nan
    _bad_s: float = math.nan
    _broken: str | None = None
    _broken_until_s: float = math.nan
    _fit_s: float = math.nan
    _released: bool = False
    _gaps: list[tuple[float, float]] = field(default_factory=list)
    _recent: list[tuple[float, float, str]] = field(default_factory=list)
    _broken_s: Collection[float] = ()

    @property
    def holding(self) -> bool:
        """Whether a hold is on."""
        return not math.isnan(self.start_s)

    @property
    def start_is_open(self) -> bool:
        """Whether a hold is on whose start may still turn out to have been another."""
        return self.holding and bool(self._recent)

    @property
    def watched_since_s(self) -> float:
        """From when on the start of a hold is looked for."""
        return self._recent[0][0]

    def update(
        self, t: float, x: float, side: str, broken: str | None = None, *, sure: bool = True, stepped: bool = False
    ) -> HoldTiming | None:
        """Take one frame."""
        if self.holding:
            return self._hold(t, x, broken, sure, stepped)
        self._wait(t, x, side, broken)
        return None

    def finish(self) -> HoldTiming | None:
        """End a hold that is still on when the video ends."""
        return self._end() if self.holding else None

    def mark_broken(self, times_s: Collection[float]) -> None:
        """Say when, up to now, a rule was broken: a hold whose start is open cannot have begun before."""
        self._broken_s, self._found_s = times_s, self._last_s
        self._read_start()
        self._count()

    def _wait(self, t: float, x: float, side: str, broken: str | None) -> None:
        if self._recent and t - self._recent[-1][0] > _LOST_S:
            self._recent.clear()
        self._recent.append((t, x, side))
        while t - self._recent[0][0] > _BACK_S:
            self._recent.pop(0)
        self._look_for_more(t, x, broken)
        if self._recent[0][0] > t - self.limits.settle_s:
            return
        window = [(value, of) for at, value, of in self._recent if t - at <= self.limits.settle_s]
        seen = np.array([value for value, of in window if of == side and not math.isnan(value)])
        if len(seen) < max(_LEAST_SEEN * len(window), 3):
            return
        low, high = np.quantile(seen, _STEADY_QUANTILES)
        if low < self.limits.reach or (high - low > 2 * self.limits.within and not self.limits.above):
            return
        level = float(np.median(seen))
        if not self.limits.taken_anew(level, self._least):
            return
        self.level, self.side = level, side
        self.start_s = self._found_s = self._last_s = t
        self._keep(t)
        self._read_start()

    def _look_for_more(self, t: float, x: float, broken: str | None) -> None:
        """Learn how far the person came out of the last position before now: who stops halfway has not left it."""
        if t - self._last_s > self.limits.grace_s:
            self._least = -math.inf
        if math.isnan(x):
            return
        self._last_s = t
        if self._least == -math.inf:
            return
        before = [value for at, value, _ in self._recent if t - at > self.limits.settle_s]
        self._least = min([self._least, *(value for value in before if value < self.limits.least(self.level))])
        if broken is not None or not self.limits.keeps(x, self.level):
            self._unfit_s = t
        elif t - self._unfit_s >= self.limits.settle_s:
            self._least = -math.inf

    def _read_start(self) -> None:
        """Read back when the position was reached: the first such frame since it was lost for more than a moment."""
        start, lost_s = self.start_s, math.nan
        for at, x, side in reversed(self._recent):
            on_the_way = at < self._found_s and (at in self._broken_s or self.limits.overshoots(x, self.level))
            if on_the_way or side != self.side or not self.limits.keeps(x, self.level):
                lost_s = at if math.isnan(lost_s) else lost_s
                if lost_s - at >= _LOST_S:
                    break
                continue
            lost_s = math.nan
            if self.limits.reached(x, self.level):
                start = at
        self.start_s = start

    def _count(self) -> None:
        self.held_s = max(self.held_s, self._timing().held_s)

    def _hold(self, t: float, x: float, broken: str | None, sure: bool, stepped: bool) -> HoldTiming | None:
        if t - self._last_s > self.limits.grace_s:
            return self._end(out_of_sight=True)
        if math.isnan(x):
            return None
        if t - self._last_s > _UNSEEN_S:
            self._gaps.append((self._last_s, t))
        self._last_s = t
        if self._recent:
            self._learn_level(t, x)
        if self.limits.keeps(x, self.level) and broken is None:
            self._go_on(t)
            return None
        self._fit_s = math.nan
        if math.isnan(self._bad_s):
            self._bad_s = t
        # Who lets go of the stretch bends the knee and lifts the heel too, and steps away: that is no fault.
        self._released = self._released or stepped or not self.limits.keeps(x, self.level)
        if not self._released:
            self._broken, self._broken_until_s = broken, t
        wait_s = _LOST_S if self._released else _BROKEN_S
        ends = t - self._bad_s >= wait_s and (self._released or sure)
        return self._end() if ends else None

    def _go_on(self, t: float) -> None:
        """Keep the hold; what may have been a break is not counted, and over once nothing is broken for a while."""
        if self._has_lapsed:
            self._fit_s = t if math.isnan(self._fit_s) else self._fit_s
            if t - self._fit_s < self.limits.settle_s:
                return
            others = [gap for gap in self._gaps if gap[1] <= self._kept_s or gap[0] >= self._fit_s]
            self._gaps[:] = [*others, (self._kept_s, self._fit_s)]
        self._keep(t)
        self._count()

    @property
    def _has_lapsed(self) -> bool:
        """Whether a rule has been seen broken for long."""
        return self._broken_until_s - self._bad_s >= _BROKEN_S

    def _learn_level(self, t: float, x: float) -> None:
        """Take the held level from the hold's first seconds; once they are over, read its start anew."""
        if t - self.start_s > _LEVEL_S:
            self._read_start()
            self._count()
            self._recent.clear()
            return
        self._recent.append((t, x, self.side))
        held = [value for at, value, _ in self._recent if at >= self.start_s and not math.isnan(value)]
        self.level = float(np.median(held))

    def _keep(self, t: float) -> None:
        self._kept_s, self._bad_s, self._broken, self._released = t, math.nan, None, False
        self._broken_until_s = self._fit_s = math.nan

    def _timing(self) -> HoldTiming:
        start_s, end_s = self.start_s, self._kept_s
        unseen_s = sum(b - a for a, b in self._gaps if a >= start_s and b <= end_s)
        broken_by = self._broken if self._has_lapsed else None
        held_s = end_s - start_s - unseen_s
        return HoldTiming(self.side, start_s, end_s, held_s, self.level, broken_by, self._broken_until_s)

    def _end(self, *, out_of_sight: bool = False) -> HoldTiming:
        timing = self._timing()
        self._least, self._unfit_s = -math.inf if out_of_sight else math.inf, self._last_s
        self.start_s, self.held_s, self._broken_s = math.nan, 0.0, ()
        self._recent.clear()
        self._gaps.clear()
        return timing
