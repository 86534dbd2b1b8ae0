"""A measure that must reach a limit: the knee bent in a soleus stretch."""

from __future__ import annotations

from typing import Literal

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import Cited, Evidence, Finding, Limited, grade

__all__ = ["StaysBelow", "check_stays_below"]


class StaysBelow(Limited):
    """The measure's middle over the hold (or its robust maximum over a rep) must reach the limit."""

    check: Literal["stays_below"]
    measure: MeasureName
    limit: Cited
    share: float = 0.5


def check_stays_below(rule: StaysBelow, evidence: Evidence) -> Finding:
    """Grade the `share` quantile of the measure."""
    value, sd, at = evidence.reached(rule.measure, share=rule.share)
    return grade(value, sd, rule.limit.value, at, below=True)
