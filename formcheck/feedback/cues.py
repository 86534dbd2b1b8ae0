"""What to say, when, and when to keep quiet: pure, time comes from the data.

One cue at a time, the most urgent one; a cue that comes too late is not given at all; a fault is prompted for once, and
again only if it goes on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = ["TURN_S", "Cue", "FaultPrompts", "SetupPrompts", "Tone", "most_urgent"]

Tone = Literal["none", "count", "cue", "attention", "tick", "go", "reached", "done"]

TURN_S: Final = 0.3
"""A cue about a movement comes within this time after its turning point, or not at all."""

_FORGOTTEN_REPS: Final = 3
_TELL_AFTER_S: Final = 1.0
_TELL_MOVING_AFTER_S: Final = 3.0
_BETWEEN_S: Final = 3.0
_AGAIN_S: Final = 9.0
"""Default, not from literature."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound and words for the moment `time_s`; after `valid_s` it is too late for them. Higher `priority` wins."""

    time_s: float
    tone: Tone
    words: str = ""
    priority: int = 0
    valid_s: float = 1.0

    def is_late(self, now_s: float) -> bool:
        """Whether it is too late to give it."""
        return now_s - self.time_s > self.valid_s


def most_urgent(cues: Iterable[Cue], now_s: float) -> Cue | None:
    """Return the one cue to give now; the first of equals, None where all are late."""
    return max((cue for cue in cues if not cue.is_late(now_s)), key=lambda cue: cue.priority, default=None)


@dataclass(slots=True)
class _Prompted:
    """How often a fault was prompted for, for how many reps it is left alone, and the reps since it last occurred."""

    times: int
    quiet_reps: int
    clean_reps: int = 0


@dataclass(slots=True)
class FaultPrompts:
    """`update(faults)` once for each rep: which fault to prompt for, if any.

    After a prompt the fault is left alone for a rep (time to correct it), after the second for two, and so on; after
    three reps without it, it is forgotten.
    """

    _prompted: dict[str, _Prompted] = field(default_factory=dict)

    def update(self, faults: Sequence[str]) -> str | None:
        """Take the faults of one rep, most important first."""
        chosen = next((name for name in faults if self._is_due(name)), None)
        times = self._prompted[chosen].times + 1 if chosen in self._prompted else 1
        for name in list(self._prompted):
            self._age(name, occurred=name in faults)
        if chosen is not None:
            self._prompted[chosen] = _Prompted(times, quiet_reps=times)
        return chosen

    def _is_due(self, name: str) -> bool:
        return name not in self._prompted or self._prompted[name].quiet_reps == 0

    def _age(self, name: str, *, occurred: bool) -> None:
        known = self._prompted[name]
        known.quiet_reps = max(known.quiet_reps - 1, 0)
        known.clean_reps = 0 if occurred else known.clean_reps + 1
        if known.clean_reps >= _FORGOTTEN_REPS:
            del self._prompted[name]


@dataclass(slots=True)
class SetupPrompts:
    """`update(t, problem)` every frame: the problem to speak of now, if any.

    A problem is spoken of once it lasted, again every few seconds while it lasts, and never two in one breath.
    """

    _current: str | None = None
    _since_s: float = math.nan
    _said: str | None = None
    _said_s: float = -math.inf

    def update(self, t: float, problem: str | None) -> str | None:
        """Take the problem of one frame, None for none."""
        if problem != self._current:
            self._current, self._since_s = problem, t
        if problem is None:
            return None
        lasted_s = t - self._since_s
        if lasted_s < (_TELL_MOVING_AFTER_S if problem == "moving" else _TELL_AFTER_S):
            return None
        if t - self._said_s < (_AGAIN_S if problem == self._said else _BETWEEN_S):
            return None
        self._said, self._said_s = problem, t
        return problem
