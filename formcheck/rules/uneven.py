"""Left and right that do not do the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["Uneven", "check_uneven"]


class Uneven(Limited):
    """The difference between the sides, as a share of the larger one, must be below the limit.

    From the front `front_measure` is held against it, where one is named: heels hide behind the feet there. Seen
    obliquely, the near and the far foot are not measured alike; there it is the departure from the person's other reps
    that must be below the limit.
    """

    check: Literal["uneven"]
    measure: MeasureName
    front_measure: MeasureName | None = None
    limit: Cited


_LEAST_REPS = 3


def check_uneven(rule: Uneven, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the difference of the two sides' peaks; only where both are seen well."""
    difference, sd, at = _difference(rule, evidence)
    if not np.isfinite(difference):
        return not_judged("both sides must be seen", at, rule.limit.value)
    own = 0.0
    if evidence.view == "oblique":
        others = [d for d, _, _ in (_difference(rule, peer) for peer in peers) if np.isfinite(d)]
        if len(others) < _LEAST_REPS:
            return not_judged("seen obliquely, three reps are needed to compare", at, rule.limit.value)
        own = float(np.median(others))
    return grade(abs(difference - own), sd, rule.limit.value, at)


def _difference(rule: Uneven, evidence: Evidence) -> tuple[float, float, float]:
    """Return left minus right as a share of the larger, its standard deviation, and when the left peaked."""
    measure = (rule.front_measure if evidence.view == "front" else None) or rule.measure
    left, left_sd, at = evidence.high(measure, "left")
    right, right_sd, _ = evidence.high(measure, "right")
    larger = max(left, right) if np.isfinite(left + right) else 0.0
    if larger <= 0:
        return float("nan"), float("nan"), at
    return (left - right) / larger, OWN_SHARE * float(np.hypot(left_sd, right_sd)) / larger, at
