"""The one angle that matters, from the engine's measures of this frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from formcheck.feedback.overlay import Mark, MarkKind
from formcheck.measures.names import MeasureName, column_name, readable_in
from formcheck.model import Update, View
from formcheck.rules import RisesAbove
from formcheck.specs.schema import ExerciseSpec

__all__ = ["marks_now"]

_ANGLES: Final[dict[MeasureName, MarkKind]] = {
    "ankle_deg": "ankle",
    "shank_inclination_deg": "shank",
    "knee_flexion_deg": "knee",
    "knee_flexion_change_deg": "knee",
}


def marks_now(
    update: Update, spec: ExerciseSpec, side: Literal["left", "right"], view: View, exceeded: Iterable[str]
) -> list[Mark]:
    """Return the angle to draw: one that exceeds its limit, else the spec's first one."""
    for name in exceeded:
        rule = spec.rules[name]
        if isinstance(rule, RisesAbove) and rule.measure in _ANGLES:
            return [_mark(update, rule.measure, side, stressed=True)]
    main = next((measure for measure in spec.peak if measure in _ANGLES and readable_in(measure, view)), None)
    return [] if main is None else [_mark(update, main, side)]


def _mark(update: Update, measure: MeasureName, side: Literal["left", "right"], *, stressed: bool = False) -> Mark:
    value = update.measures.get(column_name(measure, side), float("nan"))
    return Mark(_ANGLES[measure], side, value, stressed=stressed)
