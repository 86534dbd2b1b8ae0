"""Left and right that do not do the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.model import FloatArray
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged
from formcheck.skeleton import SIDES

__all__ = ["Uneven", "check_uneven"]


class Uneven(Limited):
    """The difference between the sides, as a share of the larger one, must be below the limit.

    From the front `front_measure` is held against it, where one is named: heels hide behind the feet there. Seen
    obliquely, the near and the far foot are not measured alike; there each side is told as a share of what it is in the
    person's other reps. What the view hides of it they share, so a lower bound will do.
    """

    check: Literal["uneven"]
    measure: MeasureName
    front_measure: MeasureName | None = None
    limit: Cited


_LEAST_REPS: Final = 3
_BODY: Final = "body_rise_cm"


def check_uneven(rule: Uneven, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade the difference of the two sides' peaks, where both are seen well.

    Where the body rose as in the other reps, this one is as even as they are, whatever the feet seem to do; where it
    rose by more than they show, they tell nothing.
    """
    front = evidence.view == "front"
    heights, sds, at = _peaks(rule, evidence)
    others = np.array([_peaks(rule, peer)[0] for peer in peers]).reshape(-1, len(SIDES))
    others = others[np.isfinite(others).all(axis=1)]
    few = len(others) < _LEAST_REPS
    if few and not front:
        return not_judged("seen obliquely, three reps are needed to compare", at, rule.limit.value)
    usual = np.ones(len(SIDES)) if few else np.median(others, axis=0)
    unit = np.ones(len(SIDES)) if front else usual
    found = _grade(rule, heights / unit, sds / unit, at)
    share, share_sd = _body_share(evidence, peers)
    if few or not np.isfinite(share):
        return found
    if 2.0 * (1.0 - share + share_sd) < rule.limit.value:
        return _as_the_others(found, _grade(rule, usual / unit, sds / unit, at))
    shown = float((heights / usual).mean())
    if found.level in ("watch", "fault") and share - share_sd - shown > rule.limit.value / 2.0:
        return not_judged("the body rose higher than the feet show", at, rule.limit.value)
    return found


def _as_the_others(found: Finding, shared: Finding) -> Finding:
    """Return the finding of a rep that is as even as the others are, `shared` being what is found of those."""
    if found.level == "cannot_judge":
        return replace(found, usual=True)
    return shared if shared.level == "fault" else replace(found, level="ok")


def _peaks(rule: Uneven, evidence: Evidence) -> tuple[FloatArray, FloatArray, float]:
    """Return how high left and right came (2,), their standard deviations, and when the left did.

    Of an oblique view it is a lower bound, told as it is read.
    """
    measure = (rule.front_measure if evidence.view == "front" else None) or rule.measure
    read = replace(evidence, feet_trusted=True)
    left, right = (read.high(measure, side) for side in SIDES)
    return np.array([left[0], right[0]]), np.array([left[1], right[1]]), left[2]


def _grade(rule: Uneven, heights: FloatArray, sds: FloatArray, at: float) -> Finding:
    larger = float(heights.max())
    if not larger > 0 or not np.isfinite(larger):
        return not_judged("both sides must be seen", at, rule.limit.value)
    difference = float(np.ptp(heights)) / larger
    return grade(difference, OWN_SHARE * float(np.hypot(*sds)) / larger, rule.limit.value, at)


def _body_share(evidence: Evidence, peers: Sequence[Evidence]) -> tuple[float, float]:
    """Return how far hips and shoulders rose as a share of the person's other reps, and its deviation; NaN if not seen.

    They rise with the mean of both sides. So where one side stays lower by a share of its usual rise, and the other
    does not go higher than ever, the body loses half that share at least: all of it, if the hips stay level. It never
    rises by more than the mean of both sides: feet that show less are not seen well.
    """
    others = [rise for rise, _, _ in (peer.high(_BODY) for peer in peers) if np.isfinite(rise)]
    rise, sd, _ = evidence.high(_BODY)
    usual = float(np.median(others)) if len(others) >= _LEAST_REPS else np.nan
    return (rise / usual, OWN_SHARE * sd / usual) if usual > 0 else (np.nan, np.nan)
