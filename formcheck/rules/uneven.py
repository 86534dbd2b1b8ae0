"""Left and right that do not do the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged
from formcheck.skeleton import SIDES

__all__ = ["Uneven", "check_uneven"]


class Uneven(Limited):
    """The difference between the sides, as a share of the larger one, must be below the limit.

    The near and the far foot are not seen alike, so each side is told as a share of what it is in the person's other
    reps. What the view hides of it they share, so a lower bound will do. From the front the sides are seen almost
    alike, and are held against each other as well: one who is always uneven shows there. `front_measure` is read
    there, where one is named: heels hide behind the feet.
    """

    check: Literal["uneven"]
    measure: MeasureName
    front_measure: MeasureName | None = None
    limit: Cited


_LEAST_REPS = 3
_BODY: Final = "body_rise_cm"

_Peak = tuple[float, float, float]  # value, standard deviation, when


def check_uneven(rule: Uneven, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the difference of the two sides' peaks; only where both are seen well."""
    found = _beside_own(rule, evidence, peers)
    if _body_rose_as_ever(evidence, peers, rule.limit.value):
        found = replace(found, usual=True) if found.level == "cannot_judge" else replace(found, level="ok")
    if evidence.view != "front":
        return found
    plain = _grade(rule, _peaks(rule, evidence))
    undecided = found.level == "cannot_judge" and plain.level != "cannot_judge"
    return plain if undecided or plain.level == "fault" else found


def _beside_own(rule: Uneven, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the sides' peaks as shares of what they are in the person's other reps."""
    others = [[value for value, _, _ in _peaks(rule, peer)] for peer in peers]
    seen = np.array([pair for pair in others if np.isfinite(pair).all()])
    peaks = _peaks(rule, evidence)
    if len(seen) < _LEAST_REPS:
        return not_judged("three reps are needed to compare", peaks[0][2], rule.limit.value)
    shares = [
        (value / own, sd / own, at) if own > 0 else (float("nan"), float("nan"), at)
        for (value, sd, at), own in zip(peaks, np.median(seen, axis=0).tolist(), strict=True)
    ]
    return _grade(rule, shares)


def _peaks(rule: Uneven, evidence: Evidence) -> list[_Peak]:
    """Return how high the left and the right came, as read: of an oblique view a lower bound."""
    measure = (rule.front_measure if evidence.view == "front" else None) or rule.measure
    read = replace(evidence, feet_trusted=True)
    return [read.high(measure, side) for side in SIDES]


def _grade(rule: Uneven, sides: Sequence[_Peak]) -> Finding:
    (left, left_sd, at), (right, right_sd, _) = sides
    larger = max(left, right) if np.isfinite(left + right) else 0.0
    if larger <= 0:
        return not_judged("both sides must be seen", at, rule.limit.value)
    sd = OWN_SHARE * float(np.hypot(left_sd, right_sd)) / larger
    return grade(abs(left - right) / larger, sd, rule.limit.value, at)


def _body_rose_as_ever(evidence: Evidence, peers: Sequence[Evidence], limit: float) -> bool:
    """Whether hips and shoulders rose as far as in the person's other reps, but for what the limit allows.

    They rise with the mean of both sides. So where one side stays lower by a share of its usual rise, and the other
    does not go higher than ever, the body loses half that share at least: all of it, if the hips stay level.
    """
    usual = [rise for rise, _, _ in (peer.high(_BODY) for peer in peers) if np.isfinite(rise)]
    rise, sd, _ = evidence.high(_BODY)
    if len(usual) < _LEAST_REPS or not np.isfinite(rise):
        return False
    own = float(np.median(usual))
    return own > 0 and 2.0 * (own - rise + OWN_SHARE * sd) < limit * own
