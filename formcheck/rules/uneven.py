"""Left and right that do not do the same."""

from __future__ import annotations

from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["Uneven", "check_uneven"]


class Uneven(Limited):
    """The difference between the sides, as a share of the larger one, must be below the limit."""

    check: Literal["uneven"]
    measure: MeasureName
    limit: Cited


def check_uneven(rule: Uneven, evidence: Evidence) -> Finding:
    """Grade the difference of the two sides' peaks; only where both are seen well."""
    left, left_sd, at = evidence.high(rule.measure, "left")
    right, right_sd, _ = evidence.high(rule.measure, "right")
    larger = np.fmax(left, right)
    if not np.isfinite(left + right) or larger <= 0:
        return not_judged("both sides must be seen", at, rule.limit.value)
    sd = float(np.hypot(left_sd, right_sd)) / larger
    return grade(abs(left - right) / larger, sd, rule.limit.value, at)
