"""The tables of the report's page: every rep in numbers, the limits with their sources, how it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isfinite

from formcheck.feedback.verdicts import STATE_SIGNS, State, held_words, state_of, verdict_words
from formcheck.feedback.words import is_judged, number, parse_quantity, title
from formcheck.model import Hold, Rep, SetResult
from formcheck.report._summary import clock, is_readable, items, main_measures, measured, noun_of, strong_side
from formcheck.report.about import About, limit_rows
from formcheck.report.charts import shown_measures

__all__ = ["facts_table", "limits_table", "numbers_table", "verdict", "verdict_of"]


def numbers_table(result: SetResult) -> str:
    """Return the table of all reps or holds."""
    if not items(result):
        return ""
    names = main_measures(result)
    held = ["Held"] if result.holds else []
    judged = is_judged(result.summary)
    first = [title(noun_of(result)), *(["Verdict"] if judged else ())]
    heads = [*first, "Side", "Start", "End", *held, *(parse_quantity(n).label for n in names)]
    cells = "".join(f"<th>{escape(head)}</th>" for head in heads)
    rows = "".join(_number_row(item, names, heads, judged=judged) for item in items(result))
    return (
        '<section><h2>In numbers</h2><div class="scroll"><table class="numbers">'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="notice">± is one standard deviation of the measurement.</p></section>'
    )


def _number_row(item: Rep | Hold, names: Sequence[str], heads: Sequence[str], *, judged: bool) -> str:
    """Return a row; on a phone each cell stands with its head beside it."""
    held = [held_words(item)] if isinstance(item, Hold) else []
    words = [item.side, clock(item.start_s), clock(item.end_s), *held]
    words += [measured(item.peak, name) for name in names]
    cells = [str(item.index), *([verdict_of(item)] if judged else ()), *map(escape, words)]
    told = (f'<td data-label="{escape(head)}">{cell}</td>' for head, cell in zip(heads, cells, strict=True))
    return f"<tr>{''.join(told)}</tr>"


def limits_table(result: SetResult, about: About) -> str:
    """Return what the set was held against, each number with its source."""
    rows = limit_rows(about, result.view) if is_judged(result.summary) else []
    if not rows:
        return ""
    told = "".join(
        f"<tr><th>{escape(row.rule)}</th><td>{escape(row.limit)}</td><td>{escape(row.source)}</td></tr>" for row in rows
    )
    return f'<section><h2>Limits of this exercise</h2><table class="limits"><tbody>{told}</tbody></table></section>'


def facts_table(result: SetResult) -> str:
    """Return what the measures that are shown mean, and how they were made."""
    provenance = result.provenance
    present = [parse_quantity(name) for name in (*main_measures(result), *shown_measures(result))]
    read = [quantity for quantity in present if is_readable(result, quantity.measure)]
    definitions = {quantity.label: quantity.definition for quantity in read if quantity.definition}
    facts = [
        *definitions.items(),
        ("View", _view_words(result)),
        ("Scale", _scale_words(result)),
        ("Person seen", f"in {result.tracked_fraction:.0%} of {result.source.frames} frames"),
        ("formcheck", provenance.formcheck),
        ("Pose estimation", provenance.backend),
        ("Model, SHA-256", provenance.model_sha256),
        ("Exercise file, SHA-256", provenance.spec_sha256),
    ]
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(words)}</td></tr>" for name, words in facts)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def _view_words(result: SetResult) -> str:
    if result.view is None:
        return "not known"
    seen = {"side": "from the side", "oblique": "from between side and front", "front": "from the front"}[result.view]
    measured_side = "both sides measured" if strong_side(result) == "both" else f"{result.near_side} side measured"
    return f"{seen}, {number(abs(result.azimuth_deg), '°', digits=0)} away from a pure side view; {measured_side}"


def _scale_words(result: SetResult) -> str:
    basis = "assumed" if result.stature_assumed else "as given"
    if not isfinite(result.cm_per_px):
        return "not known"
    pixel = number(result.cm_per_px, " cm", digits=3)
    return f"one pixel is {pixel}, from a body height of {result.stature_cm:.0f} cm, {basis}"


def verdict(state: State, words: str) -> str:
    """Return a sign and words in the colour of a state."""
    sign = f'<span class="sign" aria-hidden="true">{STATE_SIGNS[state]}</span>'
    return f'<span class="{state}">{sign}{escape(words)}</span>'


def verdict_of(item: Rep | Hold) -> str:
    """Return what became of a rep or hold."""
    return verdict(state_of(item), verdict_words(item))
