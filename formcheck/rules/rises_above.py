"""A measure that must not rise above a limit: knee bend, trunk lean, heel lift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade
from formcheck.rules.own import at_top, own_top

__all__ = ["RisesAbove", "check_rises_above"]


class RisesAbove(Limited):
    """The measure's robust maximum over the rep must stay below the limit. `breaks` ends a hold at that moment."""

    check: Literal["rises_above"]
    measure: MeasureName
    limit: Cited
    breaks: bool = False
    own_text: str | None = Field(
        default=None,
        min_length=10,
        description="Where given, a rep is held against the person's other reps too; shown where that found the fault.",
    )


def check_rises_above(rule: RisesAbove, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the highest value that lasted for a tenth of the rep; with `own_text` also its rise above the own reps."""
    value, sd, at = evidence.high(rule.measure)
    finding = grade(value, sd, rule.limit.value, at)
    if rule.own_text is None or finding.level == "fault":
        return finding
    own = _rise_above_own(rule, evidence, peers)
    worse = own is not None and (own.level == "fault" or (own.level == "watch" and finding.level != "watch"))
    return own if own is not None and worse else finding


def _rise_above_own(rule: RisesAbove, evidence: Evidence, peers: Sequence[Evidence]) -> Finding | None:
    """Grade how far the top lies above that of the person's reps; None where there is nothing to compare.

    What a camera reads wrongly in every rep cancels: a knee that seems to go outward over a turned-out foot, a pelvis
    line askew as the hips bend. It must have risen from rest as well, for a shallow rep differs from the others too.
    This can find a fault and never excludes one: what is done alike in every rep does not show.
    """
    top, sd = at_top(rule.measure, evidence)
    rise = top - own_top(rule.measure, peers)
    if not top > sd:
        return None
    return replace(grade(rise, OWN_SHARE * sd, rule.limit.value, evidence.peak_s), against_own=True)
