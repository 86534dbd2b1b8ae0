"""What table and page both say about a result: counts, main measures, times, assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from formcheck.feedback.words import is_judged, number, parse_quantity, unjudged_words
from formcheck.measures.names import MEASURES, readable_in
from formcheck.model import Hold, Rep, SetResult, Side

__all__ = [
    "assumptions",
    "clock",
    "counts_words",
    "items",
    "main_measures",
    "measured",
    "noun_of",
    "nouns_of",
    "spoken_faults",
    "strong_side",
    "whole_set_words",
]


def items(result: SetResult) -> Sequence[Rep | Hold]:
    """Return what the exercise consists of: its holds, or else its reps."""
    return result.holds or result.reps


def strong_side(result: SetResult) -> Side:
    """Return the side to show strongly: the one that faces the camera; from the front both."""
    return "both" if result.view == "front" else result.near_side


def is_readable(result: SetResult, measure: str) -> bool:
    """Whether a measure means anything as the person was seen; one that formcheck does not know does."""
    known = next((name for name in MEASURES if name == measure), None)
    return known is None or result.view is None or readable_in(known, result.view)


def main_measures(result: SetResult) -> list[str]:
    """Return the peak names of reps and holds in their order, most important first, without uncertainties."""
    names: dict[str, None] = {}
    for item in items(result):
        names.update(dict.fromkeys(name for name in item.peak if not name.endswith("_sd")))
    return list(names)


def measured(peak: Mapping[str, float], name: str) -> str:
    """Return a peak value with unit and uncertainty; "not seen" where it was not. Strides are timed to hundredths."""
    nan = float("nan")
    unit = parse_quantity(name).unit
    return number(peak.get(name, nan), unit, peak.get(f"{name}_sd", nan), digits=2 if unit == " s" else 1)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds: 75.26 -> "1:15.3"."""
    tenths = round(max(seconds, 0.0) * 10)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def noun_of(result: SetResult) -> str:
    """Return what one of the set is called."""
    return "hold" if result.holds else "stride" if "cadence_per_min" in result.summary else "rep"


def nouns_of(result: SetResult) -> str:
    """Return what those of the set that were counted are called, one or many."""
    return noun_of(result) + ("" if result.counts.completed == 1 else "s")


def counts_words(result: SetResult) -> str:
    """Return the counts in one line."""
    counts = result.counts
    if not is_judged(result.summary):
        return unjudged_words(result.summary, counts.completed)
    return (
        f"{counts.completed} {nouns_of(result)} completed · {counts.valid} valid · {counts.flagged} flagged · "
        f"{counts.cannot_judge} cannot judge"
    )


def whole_set_words(result: SetResult) -> list[str]:
    """Return what belongs to the whole set, a line each: the cadence of a walk. Not of guided ones."""
    if "confirmed" in result.summary:
        return []
    names = [name for name in result.summary if not name.endswith("_sd")]
    return [f"{_label_with_side(name)}: {measured(result.summary, name)}" for name in names]


def _label_with_side(name: str) -> str:
    quantity = parse_quantity(name)
    return f"{quantity.label}, {quantity.side}" if quantity.side else quantity.label


def spoken_faults(item: Rep | Hold) -> list[str]:
    """Return in words what was wrong, then what was near its limit, then why nothing could be said."""
    unclear = item.not_judged.items() if item.verdict == "cannot_judge" else ()
    return [
        *(fault.text for fault in item.faults),
        *(f"Watch: {fault.text}" for fault in item.watch),
        *(f"Not judged: {rule.replace('_', ' ')} ({reason})" for rule, reason in unclear),
    ]


def gaps_in_judging(result: SetResult) -> list[str]:
    """Return once for each rule and reason in which items, judged otherwise, the rule could not be judged."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for item in items(result):
        if item.verdict != "cannot_judge":
            for rule, reason in item.not_judged.items():
                numbers.setdefault((rule, reason), []).append(item.index)
    noun = noun_of(result)
    return [
        f"Not judged: {rule.replace('_', ' ')} in {noun}{'s' if len(which) > 1 else ''} {_ranges(which)} ({reason})."
        for (rule, reason), which in numbers.items()
    ]


def _ranges(numbers: Sequence[int]) -> str:
    """Return rising whole numbers in short: 1, 2, 3, 5 -> "1–3, 5"."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def assumptions(result: SetResult) -> list[str]:
    """Return what a reader should know before trusting the numbers: what was assumed, not seen, not judged."""
    lines = []
    if result.stature_assumed and items(result):
        lines.append(
            f"Centimetres assume a body height of {result.stature_cm:.0f} cm; give the true one with --height-cm."
        )
    if result.tracked_fraction < 0.9:
        lines.append(f"The person was seen in {result.tracked_fraction:.0%} of the video.")
    if result.view == "front":
        lines.append("Seen from the front, angles of the side view and heel height mean nothing and are not shown.")
    return [*lines, *gaps_in_judging(result), *result.provenance.notes]
