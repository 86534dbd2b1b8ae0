"""A movement that did not come back to rest: the heel that stays up between raises."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.model import FloatArray
from formcheck.rules.evidence import Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["NotReturned", "check_not_returned"]

_CUT_FRAMES: Final = 1.5
"""How many frames of a rep's end may be missing where it is judged (default, not from literature)."""
_HIDES_S: Final = 0.25
"""How long it may be unseen on its way back (default, not from literature)."""


class NotReturned(Limited):
    """What is left of the peak at the end of the rep, as a share of the peak, must be below the limit."""

    check: Literal["not_returned"]
    measure: MeasureName
    limit: Cited


def check_not_returned(rule: NotReturned, evidence: Evidence) -> Finding:
    """Grade the lowest value of the rep's last fifth against its peak."""
    peak, sd, at = evidence.high(rule.measure)
    values, _ = evidence.values(rule.measure)
    tail = evidence.time_s >= evidence.end_s - 0.2 * (evidence.end_s - evidence.start_s)
    left = values[tail & np.isfinite(values)]
    if not np.isfinite(peak) or peak <= 0 or not len(left):
        return not_judged("not seen well enough", at, rule.limit.value)
    finding = grade(float(left.min()) / peak, sd / peak, rule.limit.value, evidence.end_s)
    if finding.level in ("watch", "fault") and _may_have_returned(evidence.time_s[np.isfinite(values)], evidence):
        return not_judged("the end of the rep was not seen", at, rule.limit.value)
    return finding


def _may_have_returned(seen_s: FloatArray, evidence: Evidence) -> bool:
    """Whether the way back, or its last bit, is hidden between the times that the measure was seen at."""
    if np.isnan(evidence.behind_s) and evidence.end_s - seen_s[-1] > _CUT_FRAMES * np.median(np.diff(evidence.time_s)):
        return True
    on_the_way_s = np.append(seen_s[seen_s >= evidence.peak_s], evidence.behind_s)
    return bool(np.nanmax(np.diff(on_the_way_s), initial=0.0) > _HIDES_S)
