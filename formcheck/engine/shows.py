"""Whether what was seen is the exercise at all: what its spec says that it shows, held against a rep or a hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from formcheck.measures.names import readable_in
from formcheck.model import SetupProblem
from formcheck.rules import Evidence
from formcheck.rules.evidence import grade
from formcheck.skeleton import SIDES
from formcheck.specs.schema import Shown

__all__ = ["Refused"]

_AROUND_TOP_S: Final = 0.3
_AROUND_TOP_SHARE: Final = 0.25
"""Default, not from literature."""


@dataclass(slots=True)
class Refused:
    """`refuses(evidence)` for every rep or hold; `problem(name)` says in the end, once, what was not counted."""

    shows: Sequence[Shown]
    kind: Literal["movement", "position"]
    _texts: list[str] = field(default_factory=list)
    _start_s: float = 0.0
    _end_s: float = 0.0

    def refuses(self, evidence: Evidence) -> bool:
        """Whether something that the exercise shows is clearly missing."""
        missing = next((shown for shown in self.shows if _is_missing(shown, evidence, self.kind)), None)
        if missing is None:
            return False
        if not self._texts:
            self._start_s = evidence.start_s
        self._end_s = evidence.end_s
        self._texts.append(missing.text)
        return True

    @property
    def last(self) -> str:
        """What was seen instead, the last time something was refused."""
        return self._texts[-1]

    def problem(self, exercise: str) -> SetupProblem | None:
        """Return what was not counted and why, in words; None if nothing was refused."""
        if not self._texts:
            return None
        n, why = len(self._texts), "; ".join(dict.fromkeys(self._texts))
        were = f"A {self.kind} seen was" if n == 1 else f"{n} {self.kind}s seen were"
        text = f"{were} not this exercise ({exercise}) and not counted: {why}. Is it the right exercise?"
        return SetupProblem("not_the_exercise", self._start_s, self._end_s, text)


def _is_missing(shown: Shown, evidence: Evidence, kind: str) -> bool:
    """Whether the measure is seen well enough to say that it does not come to its limit."""
    if not readable_in(shown.measure, evidence.view):
        return False
    sides = SIDES if shown.either else (evidence.side,)
    return all(_is_missing_of(side, shown, evidence, kind) for side in sides)


def _is_missing_of(side: str, shown: Shown, evidence: Evidence, kind: str) -> bool:
    if kind == "movement":
        value, sd = _at_top(side, shown, evidence)
    else:
        value, sd, _ = evidence.high(shown.measure, side, share=0.5)
    limits = ((shown.least, True), (shown.most, False))
    return any(
        grade(value, sd, limit.value, evidence.peak_s, below=below).level == "fault"
        for limit, below in limits
        if limit is not None
    )


def _at_top(side: str, shown: Shown, evidence: Evidence) -> tuple[float, float]:
    """Return the measure's median at the top, or at the nearest moments seen, and its standard deviation."""
    values, sds = evidence.values(shown.measure, side)
    seen = np.isfinite(values)
    if not seen.any():
        return float("nan"), float("nan")
    away_s = np.where(seen, np.abs(evidence.time_s - evidence.peak_s), np.inf)
    around_s = min(_AROUND_TOP_S, _AROUND_TOP_SHARE * (evidence.end_s - evidence.start_s))
    near = away_s <= max(around_s, float(away_s.min()) + 1e-9)
    return float(np.median(values[near])), float(np.median(sds[near]))
