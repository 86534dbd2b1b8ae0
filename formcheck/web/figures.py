"""The numbers of a fault in words: measured value with its uncertainty, limit, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from formcheck.feedback.words import number
from formcheck.model import Fault
from formcheck.report.about import scale_of
from formcheck.rules import Rule

__all__ = ["Figures", "figures_of"]


@dataclass(frozen=True, slots=True)
class Figures:
    """A fault's numbers, each with its unit; `certain` says in a sentence how sure the machine is."""

    value: str
    limit: str
    beyond: str
    certain: str


def figures_of(fault: Fault, rule: Rule | None) -> Figures:
    """Return the numbers of a fault."""
    factor, unit = scale_of(rule, fault.measure)
    digits = 0 if unit == " %" else 1
    beyond = abs(fault.value - fault.limit)
    certain = ""
    if isfinite(fault.sd) and fault.sd > 0:
        times = beyond / fault.sd
        certain = f"± is one standard deviation; the limit is {times:.1f} of them away."
        if times < 2:
            certain += " That is close."
    return Figures(
        value=number(factor * fault.value, unit, factor * fault.sd, digits),
        limit=number(factor * fault.limit, unit, digits=digits),
        beyond=number(factor * beyond, " percentage points" if unit == " %" else unit, digits=digits),
        certain=certain,
    )
