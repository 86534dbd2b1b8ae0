"""Keep the set-up problems: when each began and ended, and which were long enough to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from formcheck.engine.setup import PROBLEMS
from formcheck.model import SetupChanged, SetupProblem

__all__ = ["ProblemLog"]

_TELL_AFTER_S = 1.0
_TELL_MOVING_AFTER_S = 3.0  # getting into place is no problem, only what goes on is
"""Default, not from literature."""


@dataclass(slots=True)
class ProblemLog:
    """`update(t, problem)` every frame; `finish(t)` returns those that lasted."""

    current: str | None = None
    _since_s: float = 0.0
    _past: list[SetupProblem] = field(default_factory=list)

    def update(self, t: float, problem: str | None) -> SetupChanged | None:
        """Take the problem of one frame, None for none; return the change, if it is one."""
        if problem == self.current:
            return None
        self._close(t)
        self.current, self._since_s = problem, t
        return SetupChanged(t, problem, PROBLEMS[problem] if problem else "")

    def finish(self, t: float, *, anything_seen: bool) -> tuple[SetupProblem, ...]:
        """Return the problems in order; where nothing could be judged at all, the longest one however short."""
        self._close(t)
        told = [p for p in self._past if p.end_s - p.start_s >= _least(p.problem)]
        if not told and not anything_seen and self._past:
            told = [max(self._past, key=lambda p: p.end_s - p.start_s)]
        return tuple(told)

    def _close(self, t: float) -> None:
        if self.current is not None:
            self._past.append(SetupProblem(self.current, self._since_s, t, PROBLEMS[self.current]))


def _least(problem: str) -> float:
    return _TELL_MOVING_AFTER_S if problem == "moving" else _TELL_AFTER_S
