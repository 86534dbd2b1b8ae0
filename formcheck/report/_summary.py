"""What table and page both say about a result: counts, main measures, times, assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formcheck.feedback.words import number, parse_quantity
from formcheck.model import Hold, Rep, SetResult, Side

__all__ = [
    "assumptions",
    "clock",
    "counts_words",
    "items",
    "main_measures",
    "measured",
    "spoken_faults",
    "strong_side",
]


def items(result: SetResult) -> Sequence[Rep | Hold]:
    """Return what the exercise consists of: its holds, or else its reps."""
    return result.holds or result.reps


def strong_side(result: SetResult) -> Side:
    """Return the side to show strongly: the one that faces the camera; from the front both."""
    return "both" if result.view == "front" else result.near_side


def main_measures(result: SetResult) -> list[str]:
    """Return the peak names of reps and holds in their order, most important first, without uncertainties."""
    names: dict[str, None] = {}
    for item in items(result):
        names.update(dict.fromkeys(name for name in item.peak if not name.endswith("_sd")))
    return list(names)


def measured(peak: Mapping[str, float], name: str) -> str:
    """Return a peak value with unit and uncertainty; "not seen" where it was not."""
    nan = float("nan")
    return number(peak.get(name, nan), parse_quantity(name).unit, peak.get(f"{name}_sd", nan))


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds: 75.26 -> "1:15.3"."""
    tenths = round(max(seconds, 0.0) * 10)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def counts_words(result: SetResult) -> str:
    """Return the counts in one line."""
    counts = result.counts
    noun = "holds" if result.holds else "reps"
    return (
        f"{counts.completed} {noun} completed · {counts.valid} valid · {counts.flagged} flagged · "
        f"{counts.cannot_judge} cannot judge"
    )


def spoken_faults(item: Rep | Hold) -> list[str]:
    """Return in words what was wrong, then what was near its limit, then what could not be judged and why."""
    return [
        *(fault.text for fault in item.faults),
        *(f"Watch: {fault.text}" for fault in item.watch),
        *(f"Not judged: {rule.replace('_', ' ')} ({reason})" for rule, reason in item.not_judged.items()),
    ]


def assumptions(result: SetResult) -> list[str]:
    """Return what a reader should know before trusting the numbers."""
    lines = []
    if result.stature_assumed and items(result):
        lines.append(
            f"Centimetres assume a body height of {result.stature_cm:.0f} cm; give the true one with --height-cm."
        )
    if result.tracked_fraction < 0.9:
        lines.append(f"The person was seen in {result.tracked_fraction:.0%} of the video.")
    return [*lines, *result.provenance.notes]
