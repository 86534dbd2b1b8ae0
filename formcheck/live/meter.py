"""How far behind the picture and the cues are."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Meter"]


@dataclass(slots=True)
class Meter:
    """`shown_s`: from a frame's capture to its picture on the screen; `cued_s`: from a movement's end to its cue."""

    shown_s: array[float] = field(default_factory=lambda: array("f"))
    cued_s: array[float] = field(default_factory=lambda: array("f"))
    late_cues: int = 0
    most_waiting: int = 0

    def quantiles_ms(self, values: array[float]) -> tuple[float, float]:
        """Return median and 95th percentile in ms; NaN without values."""
        if not values:
            return float("nan"), float("nan")
        low, high = np.quantile(np.array(values), [0.5, 0.95])
        return float(low) * 1000, float(high) * 1000
