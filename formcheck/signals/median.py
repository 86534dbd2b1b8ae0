"""A running median: single glitches vanish, edges stay sharp."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["RunningMedian"]


@dataclass(slots=True)
class RunningMedian:
    """`update(t, x)` returns the time and median of the last `window_s` seconds: what was true half a window ago.

    Unseen values (NaN) are left out; the newest value is returned as it is where the window holds only that one.
    """

    window_s: float
    _recent: list[tuple[float, float]] = field(default_factory=list)

    def update(self, t: float, x: float) -> tuple[float, float]:
        """Take the value of one frame."""
        if math.isnan(x):
            return t, x
        recent = self._recent
        recent.append((t, x))
        while t - recent[0][0] > self.window_s:
            recent.pop(0)
        values = sorted(value for _, value in recent)
        return (recent[0][0] + t) / 2, values[len(values) // 2]
