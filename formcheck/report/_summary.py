"""What table and page both say about a result: counts, main measures, times, assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from formcheck.feedback.words import aspect, is_judged, number, parse_quantity, unjudged_words
from formcheck.measures.names import MEASURES, readable_in
from formcheck.model import Hold, Rep, SetResult, SetupProblem, Side
from formcheck.report.about import NOTHING_MORE, About, view_gaps

__all__ = [
    "assumptions",
    "clock",
    "counts_words",
    "far_leg_words",
    "items",
    "line_words",
    "main_measures",
    "measured",
    "noun_of",
    "nouns_of",
    "setup_lines",
    "spoken_faults",
    "strong_side",
    "whole_set_words",
    "working_leg",
]

_MOMENT_S: Final = 1.0


def items(result: SetResult) -> Sequence[Rep | Hold]:
    """Return what the exercise consists of: its holds, or else its reps."""
    return result.holds or result.reps


def strong_side(result: SetResult) -> Side:
    """Return the side to show strongly: the leg that works, else the one that faces the camera; from the front both."""
    if result.view == "front":
        return "both"
    return working_leg(result) or result.near_side


def working_leg(result: SetResult) -> Literal["left", "right"] | None:
    """Return the leg that all reps or holds of a judged set are of; None where both work."""
    sides = {item.side for item in items(result)} if is_judged(result.summary) else set()
    only = next(iter(sides)) if len(sides) == 1 else "both"
    return None if only == "both" else only


def far_leg_words(result: SetResult) -> str:
    """Return what the dashed line of the leg away from the camera is worth; empty where there is none.

    From between side and front the two legs may be compared; from the side the far one is held against nothing.
    """
    if strong_side(result) == "both" or working_leg(result) is not None:
        return ""
    return "far leg: reads low" if result.view == "oblique" else "far leg: reads low, not judged"


def line_words(result: SetResult) -> str:
    """Return which line of a chart is which leg."""
    strong = strong_side(result)
    if strong == "both":
        return "full line: right, dotted: left"
    if working_leg(result) is not None:
        return f"line: {strong}, the leg that works"
    return f"strong line: {strong}, dashed: {'left' if strong == 'right' else 'right'}, {far_leg_words(result)}"


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


def setup_lines(result: SetResult) -> list[str]:
    """Return the set-up problems, a line each; one that was gone for a moment only is still the same."""
    told: list[SetupProblem] = []
    for problem in result.setup:
        if told and told[-1].text == problem.text and problem.start_s - told[-1].end_s <= _MOMENT_S:
            told[-1] = replace(told[-1], end_s=problem.end_s)
        else:
            told.append(problem)
    return [f"{clock(one.start_s)}–{clock(one.end_s)}: {one.text}" for one in told]


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
    if "confirmed" in result.summary or (not is_judged(result.summary) and not items(result)):
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
        *(f"Not judged: {aspect(rule)} ({_plain(reason)})" for rule, reason in unclear),
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
        f"Not judged: {aspect(rule)} in {noun}{'s' if len(which) > 1 else ''} {_ranges(which)} ({_plain(reason)})."
        for (rule, reason), which in numbers.items()
    ]


def _plain(name: str) -> str:
    """Return words without the joints of internal names: a reason may name another rule."""
    return name.replace("_", " ")


def _ranges(numbers: Sequence[int]) -> str:
    """Return rising whole numbers in short: 1, 2, 3, 5 -> "1–3, 5"."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def assumptions(result: SetResult, about: About = NOTHING_MORE) -> list[str]:
    """Return what a reader should know before trusting the numbers: what was assumed, not seen, not judged."""
    if "confirmed" in result.summary:
        return list(result.provenance.notes)
    lines = []
    if result.stature_assumed and items(result):
        lines.append(
            f"Centimetres assume a body height of {result.stature_cm:.0f} cm; give the true one with --height-cm."
        )
    if result.tracked_fraction < 0.9:
        lines.append(f"The person was seen in {result.tracked_fraction:.0%} of the video.")
    if result.view == "front":
        lines.append("Seen from the front, angles of the side view and heel height mean nothing and are not shown.")
    gaps = [*gaps_in_judging(result), *(view_gaps(about, result.view) if items(result) else ())]
    return [*lines, *gaps, *result.provenance.notes]
