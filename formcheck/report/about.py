"""What a report says of a set beside its result: by which exercise file, whose it is, when it was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formcheck.feedback.words import aspect, number, parse_quantity, title
from formcheck.model import SetResult, View
from formcheck.rules import BelowOwnBest, Cited, Fades, NotReturned, OffTempo, Rule, Uneven
from formcheck.specs.schema import ExerciseSpec

__all__ = [
    "NOTHING_MORE",
    "About",
    "LimitRow",
    "key_words",
    "limit_rows",
    "name_of",
    "scale_of",
    "shown_limit",
    "view_gaps",
]

_KEYS = {"limit": "limit", "fault": "to correct below", "watch": "watch below", "period_s": "one rep takes"}


@dataclass(frozen=True, slots=True)
class About:
    """`spec` is the one that judged; `person` is empty and `when` None where not given. `when_words` say what it was.

    `metronome` says that one set the pace.
    """

    spec: ExerciseSpec | None = None
    person: str = ""
    when: datetime | None = None
    when_words: str = "done"
    metronome: bool = False


NOTHING_MORE = About()


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One number of a rule: which rule, what the number means with its value and unit, where it comes from."""

    rule: str
    limit: str
    source: str


def name_of(result: SetResult, about: About) -> str:
    """Return what the exercise is called: by its file, or by its id where the file is not at hand."""
    return about.spec.name if about.spec is not None else title(result.exercise)


def limit_rows(about: About, view: View | None) -> list[LimitRow]:
    """Return the numbers of the rules that are judged in a view, in the order of the exercise file."""
    return [
        LimitRow(title(aspect(name)), f"{key_words(key)} {shown_limit(rule, cited.value)}", cited.source)
        for name, rule in (about.spec.rules if about.spec is not None else {}).items()
        if _is_judged(rule, about, view)
        for key, cited in _cited(rule)
    ]


def view_gaps(about: About, view: View | None) -> list[str]:
    """Return which rules of the exercise nothing was judged by: the view hides them, or no metronome set the pace."""
    rules = about.spec.rules if about.spec is not None and view is not None else {}
    hidden = [aspect(name) for name, rule in rules.items() if view not in rule.views]
    untimed = [aspect(name) for name, rule in rules.items() if view in rule.views and not _is_judged(rule, about, view)]
    return [
        *([f"Not judged in this view: {', '.join(hidden)}."] if hidden else ()),
        *([f"Not judged without a metronome: {', '.join(untimed)}."] if untimed else ()),
    ]


def _is_judged(rule: Rule, about: About, view: View | None) -> bool:
    timed = about.metronome or not isinstance(rule, OffTempo)
    return timed and (view is None or view in rule.views)


def _cited(rule: Rule) -> Iterator[tuple[str, Cited]]:
    for key in type(rule).model_fields:
        value = getattr(rule, key)
        if isinstance(value, Cited):
            yield key, value


def key_words(key: str) -> str:
    """Return what a number of a rule is called: `fault` of a rule that compares is what is to be corrected below."""
    return _KEYS.get(key, title(key.removesuffix("_s")).lower())


def shown_limit(rule: Rule, value: float) -> str:
    """Return a number of a rule as people say it: shares in percent, the rest with its unit."""
    factor, unit = scale_of(rule, getattr(rule, "measure", ""))
    return number(factor * value, unit, digits=0 if unit == " %" else 1)


def scale_of(rule: Rule | None, measure: str) -> tuple[float, str]:
    """Return what a rule's numbers are multiplied with to be shown, and the unit that follows them."""
    if isinstance(rule, BelowOwnBest | Fades | NotReturned | Uneven):
        return 100.0, " %"
    if isinstance(rule, OffTempo):
        return 1.0, " s"
    return 1.0, parse_quantity(measure).unit
