"""One row a rep or hold, for spreadsheets: every number with its unit in the column's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isfinite

from formcheck.model import Hold, Rep, SetResult
from formcheck.numerals import rounded

__all__ = ["reps_csv"]

_FIXED = (
    "set",
    "performed_at",
    "exercise",
    "kind",
    "number",
    "side",
    "start_s",
    "peak_s",
    "end_s",
    "held_s",
    "target_s",
    "verdict",
)


def reps_csv(
    result: SetResult, *, name: str, performed_at: str, reviews: Mapping[tuple[str, int], Sequence[str]]
) -> str:
    """Return the rows as text. `reviews` maps (kind, number) to what reviewers said, in words."""
    items: list[Rep | Hold] = [*result.reps, *result.holds]
    measures = list(dict.fromkeys(measure for item in items for measure in item.peak))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_FIXED, *measures, "faults", "watch", "not_judged", "reviews"])
    for item in items:
        kind = "hold" if isinstance(item, Hold) else "rep"
        writer.writerow(
            [
                name,
                performed_at,
                result.exercise,
                kind,
                item.index,
                item.side,
                *_times(item),
                item.verdict,
                *(_number(item.peak.get(measure, float("nan"))) for measure in measures),
                _words([f"{fault.rule}: {fault.text}" for fault in item.faults]),
                _words([f"{fault.rule}: {fault.text}" for fault in item.watch]),
                _words([f"{rule}: {reason}" for rule, reason in item.not_judged.items()]),
                _words(reviews.get((kind, item.index), ())),
            ]
        )
    return text.getvalue()


def _times(item: Rep | Hold) -> list[str]:
    if isinstance(item, Hold):
        return [_number(item.start_s), "", _number(item.end_s), _number(item.held_s), _number(item.target_s)]
    return [_number(item.start_s), _number(item.peak_s), _number(item.end_s), "", ""]


def _number(value: float) -> str:
    return f"{rounded(value, 3):.3f}" if isfinite(value) else ""


def _words(lines: Sequence[str]) -> str:
    """Return lines as one cell that a spreadsheet takes for text, whatever they begin with."""
    joined = " | ".join(lines)
    return f"'{joined}" if joined[:1] in ("=", "+", "-", "@", "\t", "\r") else joined
