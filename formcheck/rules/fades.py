"""Fatigue over a set: the last reps smaller than the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import Cited, Evidence, Finding, Limited, grade, not_judged

__all__ = ["Fades", "check_fades"]

_REPS = 3


class Fades(Limited):
    """The mean peak of the last three reps, as a loss against the first three, must be below the limit."""

    check: Literal["fades"]
    measure: MeasureName
    limit: Cited


def check_fades(rule: Fades, reps: Sequence[Evidence]) -> Finding:
    """Grade the loss over the set; not judged with fewer than six reps."""
    end_s = reps[-1].end_s if reps else float("nan")
    if len(reps) < 2 * _REPS:
        return not_judged("fewer than six reps", end_s, rule.limit.value)
    peaks = np.array([rep.high(rule.measure)[:2] for rep in reps])
    first, last = peaks[:_REPS].mean(axis=0), peaks[-_REPS:].mean(axis=0)
    if not np.isfinite(first[0] + last[0]) or first[0] <= 0:
        return not_judged("not seen well enough", end_s, rule.limit.value)
    sd = float(np.hypot(first[1], last[1]) / first[0])
    return grade(float(1 - last[0] / first[0]), sd, rule.limit.value, end_s)
