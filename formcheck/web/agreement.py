"""How often machine and reviewers agree, rule by rule, with as much certainty as the numbers allow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import isnan, sqrt
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator, Field

from formcheck.numerals import Readable
from formcheck.store.agreement import Agreement, agreement
from formcheck.store.people import list_people
from formcheck.web.page import Record, blank_is_none, render

__all__ = ["Line", "router", "wilson"]

router = APIRouter()

_ENOUGH: Final = 20
_Z: Final = 1.96
_MOST_PEOPLE: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One rule's agreement as it is shown; `kappa` is a number or the reason why there is none."""

    of: Agreement
    share: str
    kappa: str
    leans: str


@router.get("/agreement")
def show_agreement(
    request: Request,
    store: Record,
    person: Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BeforeValidator(blank_is_none), Query()] = None,
) -> Response:
    """Show machine against reviewers for each rule, of everybody or of one person."""
    found = agreement(store, person)
    people, _ = list_people(store, most=_MOST_PEOPLE)
    exercises = list(dict.fromkeys(one.exercise for one in found))
    lines = {name: [_line(one) for one in found if one.exercise == name] for name in exercises}
    draw = round(random.random(), 6)
    return render(request, "agreement.html", lines=lines, people=people, person=person, draw=draw)


def _line(one: Agreement) -> Line:
    low, high = wilson(one.both + one.neither, one.judged)
    share = f"{100 * one.share:.0f} % ({100 * low:.0f} to {100 * high:.0f})" if one.judged else "–"
    return Line(one, share, _kappa(one), _leans(one))


def wilson(agreeing: int, judged: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); 0 to 1 where nothing was judged."""
    if not judged:
        return 0.0, 1.0
    share = agreeing / judged
    middle = (share + _Z**2 / (2 * judged)) / (1 + _Z**2 / judged)
    half = _Z * sqrt(share * (1 - share) / judged + _Z**2 / (4 * judged**2)) / (1 + _Z**2 / judged)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _kappa(one: Agreement) -> str:
    if one.judged < _ENOUGH:
        return f"too few ({one.judged} of {_ENOUGH})"
    if isnan(one.kappa):
        return _one_sided(one)
    return f"{Readable(one.kappa):.2f}"


def _one_sided(one: Agreement) -> str:
    """Return why there is no kappa though there are enough reviews."""
    if not one.both + one.machine_only:
        return "none: nothing was flagged"
    if not one.reviewer_only + one.neither:
        return "none: review good reps too"
    return "none: the reviewer said one thing only"


def _leans(one: Agreement) -> str:
    """Return which way the limit might move, where the disagreement is all on one side."""
    if one.machine_only >= 3 and one.machine_only > 3 * one.reviewer_only:
        return "flags more than you do: the limit may be too strict"
    if one.reviewer_only >= 3 and one.reviewer_only > 3 * one.machine_only:
        return "misses what you see: the limit may be too loose"
    return ""
