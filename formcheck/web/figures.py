"""The numbers of a fault in words: measured value with its uncertainty, limit, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from formcheck.feedback.words import number, parse_quantity
from formcheck.model import Fault
from formcheck.rules import BelowOwnBest, Fades, NotReturned, OffTempo, Rule, Uneven

__all__ = ["Figures", "figures_of", "scale_of"]


@dataclass(frozen=True, slots=True)
class Figures:
    """A fault's numbers, each with its unit; `certain` says in a sentence how sure the machine is."""

    value: str
    limit: str
    beyond: str
    certain: str


def scale_of(rule: Rule | None, measure: str) -> tuple[float, str]:
    """Return what a rule's numbers are multiplied with to be shown, and the unit that follows them."""
    if isinstance(rule, BelowOwnBest | Fades | NotReturned | Uneven):
        return 100.0, " %"
    if isinstance(rule, OffTempo):
        return 1.0, " s"
    return 1.0, parse_quantity(measure).unit


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
        beyond=number(factor * beyond, unit, digits=digits),
        certain=certain,
    )
