"""What a result says beside its reps and holds: counts, limits to draw, and what the view allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formcheck.engine.place import Place
from formcheck.measures.names import column_name
from formcheck.model import Counts, Hold, Rep
from formcheck.rules import RisesAbove
from formcheck.specs.schema import ExerciseSpec

__all__ = ["count_verdicts", "feet_trusted", "shown_limits", "view_notes"]


def count_verdicts(items: Sequence[Rep | Hold]) -> Counts:
    """Count reps or holds by verdict."""
    verdicts = [item.verdict for item in items]
    return Counts(
        completed=len(verdicts),
        valid=sum(verdict in ("ok", "watch") for verdict in verdicts),
        flagged=verdicts.count("fault"),
        cannot_judge=verdicts.count("cannot_judge"),
    )


def feet_trusted(spec: ExerciseSpec, place: Place) -> bool:
    """Whether the camera stands far enough to the side for heel height and ankle angle."""
    return abs(place.azimuth_deg) <= spec.view.trusted_deg.value


def view_notes(spec: ExerciseSpec, place: Place | None) -> tuple[str, ...]:
    """Return what a reader should know of the view, in sentences."""
    if place is None or place.view != "oblique" or feet_trusted(spec, place):
        return ()
    return (
        f"Seen about {abs(place.azimuth_deg):.0f}° from the side: heel height and ankle angle are lower bounds and "
        f"not judged. Turn a little more sideways (within {spec.view.trusted_deg.value:.0f}°).",
    )


def shown_limits(spec: ExerciseSpec, place: Place | None) -> Mapping[str, float]:
    """Return the limit of each series column that a rule of this view holds against one."""
    if place is None:
        return {}
    return {
        column_name(rule.measure, place.side): rule.limit.value
        for rule in spec.rules.values()
        if isinstance(rule, RisesAbove) and place.view in rule.views
    }
