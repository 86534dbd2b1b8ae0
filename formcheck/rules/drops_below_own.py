"""A measure that falls short of what it is in the person's other reps: knees that fall inward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["DropsBelowOwn", "check_drops_below_own"]


class DropsBelowOwn(Limited):
    """The measure at the top must not lie further below its median over the set than the limit."""

    check: Literal["drops_below_own"]
    measure: MeasureName
    limit: Cited


def check_drops_below_own(rule: DropsBelowOwn, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade how far the median around the peak lies under the set's own (with fewer than three reps: under rest)."""
    value, sd = _at_top(rule, evidence)
    tops = [_at_top(rule, other)[0] for other in peers]
    seen = [top for top in tops if np.isfinite(top)]
    own = float(np.median(seen)) if len(seen) >= _LEAST_REPS else 0.0
    if not np.isfinite(value):
        return not_judged("not seen well enough", evidence.peak_s, rule.limit.value)
    return grade(own - value, OWN_SHARE * sd, rule.limit.value, evidence.peak_s)


_LEAST_REPS = 3
_AROUND_PEAK_S = 0.3


def _at_top(rule: DropsBelowOwn, evidence: Evidence) -> tuple[float, float]:
    values, sds = evidence.values(rule.measure)
    near = (np.abs(evidence.time_s - evidence.peak_s) <= _AROUND_PEAK_S) & np.isfinite(values)
    if not near.any():
        return float("nan"), float("nan")
    return float(np.median(values[near])), float(np.median(sds[near]))
