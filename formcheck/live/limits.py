"""Which limits are exceeded right now: for the angle that is drawn, and for cues during a hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from formcheck.measures.names import column_name
from formcheck.model import Update
from formcheck.rules import RisesAbove
from formcheck.specs.schema import ExerciseSpec

__all__ = ["LimitWatch"]

_LASTING_S: Final = 0.3
_QUIET_S: Final = 6.0
"""Default, not from literature."""


@dataclass(slots=True)
class LimitWatch:
    """`update(update, side)` every frame returns the rules to prompt for; `exceeded` holds all that are exceeded.

    A limit counts as exceeded by more than one standard deviation, for a third of a second; the same rule is prompted
    for again after some seconds if it goes on.
    """

    spec: ExerciseSpec
    exceeded: frozenset[str] = frozenset()
    _since_s: dict[str, float] = field(default_factory=dict)
    _prompted_s: dict[str, float] = field(default_factory=dict)

    def update(self, update: Update, side: str | None) -> list[str]:
        """Take one frame; `side` is the leg that is judged, None while nobody is in place."""
        t = update.time_s
        above = {name for name in self.spec.rules if side is not None and self._is_above(name, update, side)}
        self._since_s = {name: self._since_s.get(name, t) for name in above}
        self.exceeded = frozenset(name for name in above if t - self._since_s[name] >= _LASTING_S)
        due = [name for name in self.spec.rules if name in self.exceeded and self._is_due(name, t)]
        self._prompted_s.update(dict.fromkeys(due, t))
        return due

    def _is_above(self, name: str, update: Update, side: str) -> bool:
        rule = self.spec.rules[name]
        if not isinstance(rule, RisesAbove):
            return False
        column = column_name(rule.measure, side)
        value, sd = update.measures.get(column, float("nan")), update.measures.get(f"{column}_sd", float("nan"))
        return value - sd > rule.limit.value

    def _is_due(self, name: str, t: float) -> bool:
        return name not in self._prompted_s or t - self._prompted_s[name] >= _QUIET_S
