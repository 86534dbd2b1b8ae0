"""A rep smaller than the person's own best: low heel raises, shallow lunges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["BelowOwnBest", "check_below_own_best"]


class BelowOwnBest(Limited):
    """The rep's peak as a share of the best of the first reps; below `watch` worth a look, below `fault` a fault."""

    check: Literal["below_own_best"]
    measure: MeasureName
    of_first: int = Field(ge=1, le=20)
    watch: Cited | None = None
    fault: Cited


def check_below_own_best(rule: BelowOwnBest, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the peak against the best of the first `peers` and of this rep itself."""
    peak, sd, at = evidence.reached(rule.measure)
    if not np.isfinite(peak):
        return not_judged("not seen well enough", at, rule.fault.value)
    best, best_sd = max([(peak, sd), *(_peak(rule, other) for other in peers[: rule.of_first])])
    if best <= 0:
        return not_judged("no movement to compare with", at, rule.fault.value)
    share = peak / best
    finding = grade(share, OWN_SHARE * np.hypot(sd, share * best_sd) / best, rule.fault.value, at, below=True)
    if finding.level == "ok" and rule.watch is not None and share < rule.watch.value:
        return Finding("watch", finding.value, finding.sd, rule.watch.value, at)
    return finding


def _peak(rule: BelowOwnBest, evidence: Evidence) -> tuple[float, float]:
    peak, sd, _ = evidence.high(rule.measure)
    return (peak, sd) if np.isfinite(peak) else (-np.inf, sd)
