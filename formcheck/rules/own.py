"""What a measure is at the top of a rep, and what it is there in the person's own reps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import Evidence

__all__ = ["at_top", "own_top"]

_LEAST_REPS = 3
_AROUND_PEAK_S = 0.3


def at_top(measure: MeasureName, evidence: Evidence) -> tuple[float, float]:
    """Return the measure's median around the peak of a rep and its standard deviation; NaN if not seen there."""
    values, sds = evidence.values(measure)
    near = (np.abs(evidence.time_s - evidence.peak_s) <= _AROUND_PEAK_S) & np.isfinite(values)
    if not near.any():
        return float("nan"), float("nan")
    return float(np.median(values[near])), float(np.median(sds[near]))


def own_top(measure: MeasureName, peers: Sequence[Evidence]) -> float:
    """Return the median of the measure at the top of the person's reps; NaN with fewer than three."""
    tops = [at_top(measure, peer)[0] for peer in peers]
    seen = [top for top in tops if np.isfinite(top)]
    return float(np.median(seen)) if len(seen) >= _LEAST_REPS else float("nan")
