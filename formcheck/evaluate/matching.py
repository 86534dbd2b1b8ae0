"""Which found rep or hold is which true one, how far their times are apart, and which faults were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.evaluate.truth import TrueItem
from formcheck.model import Hold, Rep

__all__ = ["FaultScore", "Match", "hold_errors_s", "match", "score_faults", "time_errors_s"]

Match = tuple[Rep | Hold, TrueItem]
_NEVER_WRONG: Final = frozenset({"tempo", "fade"})


@dataclass(frozen=True, slots=True)
class FaultScore:
    """Faults found, missed, and found where there are none; the last two as "rule in n"."""

    found: int
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]


def match(items: Sequence[Rep | Hold], expected: Sequence[TrueItem]) -> list[Match]:
    """Pair what was found with what is true, by overlap in time, or by the peak where only that is given."""
    pairs, free = [], list(expected)
    for item in items:
        best = max(free, key=lambda true: true.overlap_s(item.start_s, item.end_s), default=None)
        if best is not None and best.overlap_s(item.start_s, item.end_s) > 0:
            pairs.append((item, best))
            free.remove(best)
    return pairs


def time_errors_s(matched: Sequence[Match]) -> tuple[float, ...]:
    """Return found minus true of every start and end that is known."""
    starts = [item.start_s - true.start_s for item, true in matched if true.start_s is not None]
    return (*starts, *(item.end_s - true.end_s for item, true in matched if true.end_s is not None))


def hold_errors_s(matched: Sequence[Match]) -> tuple[float, ...]:
    """Return found minus true of every time held."""
    return tuple(
        item.held_s - true.held_s for item, true in matched if isinstance(item, Hold) and true.held_s is not None
    )


def score_faults(items: Sequence[Rep | Hold], expected: Sequence[TrueItem], matched: Sequence[Match]) -> FaultScore:
    """Hold the faults found against those that must, and those that may be found."""
    named = {fault for true in expected for fault in true.faults}
    by_item = {id(item): true for item, true in matched}
    seen, alarms = set(), []
    for item in items:
        true = by_item.get(id(item))
        for rule in (fault.rule for fault in item.faults):
            if true is not None and rule in true.faults:
                seen.add((id(true), rule))
            elif _is_false(rule, true, named):
                alarms.append(f"{rule} in {item.index}")
    missed = [
        f"{rule} in {number if true.index is None else true.index}"
        for number, true in enumerate(expected, start=1)
        for rule in true.faults
        if (id(true), rule) not in seen
    ]
    return FaultScore(len(seen), tuple(missed), tuple(alarms))


def _is_false(rule: str, true: TrueItem | None, named: set[str]) -> bool:
    return (true is None or rule not in true.may) and (rule not in _NEVER_WRONG or rule in named)
