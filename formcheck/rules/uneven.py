"""Left and right that do not do the same."""

from __future__ import annotations

from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["Uneven", "check_uneven"]


class Uneven(Limited):
    """The difference between the sides, as a share of the larger one, must be below the limit.

    From the front `front_measure` is held against it, where one is named: heels hide behind the feet there.
    """

    check: Literal["uneven"]
    measure: MeasureName
    front_measure: MeasureName | None = None
    limit: Cited


def check_uneven(rule: Uneven, evidence: Evidence) -> Finding:
    """Grade the difference of the two sides' peaks; only where both are seen well."""
    measure = (rule.front_measure if evidence.view == "front" else None) or rule.measure
    left, left_sd, at = evidence.high(measure, "left")
    right, right_sd, _ = evidence.high(measure, "right")
    larger = max(left, right) if np.isfinite(left + right) else 0.0
    if larger <= 0:
        return not_judged("both sides must be seen", at, rule.limit.value)
    sd = OWN_SHARE * float(np.hypot(left_sd, right_sd)) / larger
    return grade(abs(left - right) / larger, sd, rule.limit.value, at)
