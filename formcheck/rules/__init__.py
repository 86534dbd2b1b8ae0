"""Form rules: one small parameter model and one pure function each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from formcheck.rules.below_own_best import BelowOwnBest, check_below_own_best
from formcheck.rules.drops_below_own import DropsBelowOwn, check_drops_below_own
from formcheck.rules.evidence import Cited, Evidence, Finding, Level, not_judged
from formcheck.rules.fades import Fades, check_fades
from formcheck.rules.not_returned import NotReturned, check_not_returned
from formcheck.rules.off_tempo import OffTempo, check_off_tempo
from formcheck.rules.rises_above import RisesAbove, check_rises_above
from formcheck.rules.stays_below import StaysBelow, check_stays_below
from formcheck.rules.uneven import Uneven, check_uneven

__all__ = [
    "BelowOwnBest",
    "Cited",
    "DropsBelowOwn",
    "Evidence",
    "Fades",
    "Finding",
    "Level",
    "NotReturned",
    "OffTempo",
    "RisesAbove",
    "Rule",
    "StaysBelow",
    "Uneven",
    "check_rep",
    "check_set",
    "is_comparative",
]

Rule = Annotated[
    BelowOwnBest | DropsBelowOwn | Fades | NotReturned | OffTempo | RisesAbove | StaysBelow | Uneven,
    Field(discriminator="check"),
]


def check_rep(rule: Rule, evidence: Evidence, peers: Sequence[Evidence]) -> Finding | None:
    """Let a rule judge one rep; None where the rule is not about single reps or not about this view.

    `peers` are the faultless reps of the set so far, in order: what a person's own best is taken from.
    """
    if isinstance(rule, Fades) or evidence.view not in rule.views:
        return None
    if isinstance(rule, BelowOwnBest):
        return check_below_own_best(rule, evidence, peers)
    if isinstance(rule, DropsBelowOwn):
        return check_drops_below_own(rule, evidence, peers)
    if isinstance(rule, Uneven):
        return check_uneven(rule, evidence, peers)
    if isinstance(rule, RisesAbove):
        return check_rises_above(rule, evidence, peers)
    return _check_alone(rule, evidence)


def is_comparative(rule: Rule) -> bool:
    """Whether a rule compares reps with one another."""
    return isinstance(rule, BelowOwnBest | DropsBelowOwn | Fades | Uneven)


def _check_alone(rule: NotReturned | OffTempo | StaysBelow, evidence: Evidence) -> Finding:
    match rule:
        case NotReturned():
            return check_not_returned(rule, evidence)
        case OffTempo():
            return check_off_tempo(rule, evidence)
        case StaysBelow():
            return check_stays_below(rule, evidence)


def check_set(rule: Rule, reps: Sequence[Evidence]) -> Finding | None:
    """Let a rule judge the whole set; None where the rule is about single reps."""
    if not isinstance(rule, Fades):
        return None
    if not reps or reps[-1].view not in rule.views:
        return not_judged("not seen from the side", reps[-1].end_s if reps else float("nan"), rule.limit.value)
    return check_fades(rule, reps)
