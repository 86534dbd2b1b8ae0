"""Small stateful tools over time: `update(...)` every frame, NaN where nothing was seen."""

from formcheck.signals.legs import LegIdentity
from formcheck.signals.median import RunningMedian

__all__ = ["LegIdentity", "RunningMedian"]
