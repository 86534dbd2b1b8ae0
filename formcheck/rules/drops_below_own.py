"""A measure that falls short of what it is in the person's other reps: knees that fall inward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from formcheck.measures.names import MeasureName
from formcheck.rules.evidence import OWN_SHARE, Cited, Evidence, Finding, Limited, grade, not_judged
from formcheck.rules.own import at_top, own_top

__all__ = ["DropsBelowOwn", "check_drops_below_own"]


class DropsBelowOwn(Limited):
    """The measure at the top must not lie further below its median over the set than the limit."""

    check: Literal["drops_below_own"]
    measure: MeasureName
    limit: Cited


def check_drops_below_own(rule: DropsBelowOwn, evidence: Evidence, peers: Sequence[Evidence]) -> Finding:
    """Grade how far the median around the peak lies under the set's own (with fewer than three reps: under rest)."""
    value, sd = at_top(rule.measure, evidence)
    own = own_top(rule.measure, peers)
    if not np.isfinite(value):
        return not_judged("not seen well enough", evidence.peak_s, rule.limit.value)
    return grade(float(np.nan_to_num(own)) - value, OWN_SHARE * sd, rule.limit.value, evidence.peak_s)
