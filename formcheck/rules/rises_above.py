"""A measure that must not rise above a limit: knee bend, trunk lean, heel lift."""

from __future__ import annotations

from typing import Literal

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import Cited, Evidence, Finding, Limited, grade

__all__ = ["RisesAbove", "check_rises_above"]


class RisesAbove(Limited):
    """The measure's robust maximum over the rep must stay below the limit. `breaks` ends a hold at that moment."""

    check: Literal["rises_above"]
    measure: MeasureName
    limit: Cited
    breaks: bool = False


def check_rises_above(rule: RisesAbove, evidence: Evidence) -> Finding:
    """Grade the highest value that lasted for a tenth of the rep."""
    value, sd, at = evidence.high(rule.measure)
    return grade(value, sd, rule.limit.value, at)
