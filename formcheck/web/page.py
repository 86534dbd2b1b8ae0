"""What all pages share: templates, the record, the reviewer, words for values."""

from __future__ import annotations

import getpass
import hashlib
import json
import re
from datetime import date, datetime
from functools import cache, partial
from http import HTTPStatus
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from formcheck.feedback.verdicts import STATE_SIGNS, STATE_WORDS, held_words, state_of, tiles_of, verdict_words
from formcheck.feedback.words import NOTICE, aspect, is_judged, parse_quantity, title, unjudged_words
from formcheck.model import Hold, Rep
from formcheck.report._summary import measured
from formcheck.store import SetSummary, Store
from formcheck.store.names import exercise_name
from formcheck.web.still import still_figure

__all__ = ["REVIEWER_COOKIE", "Record", "Reviewer", "blank_is_none", "furthest", "render", "when"]

REVIEWER_COOKIE: Final = "formcheck_reviewer"
_HERE: Final = Path(__file__).parent
_REVIEW_WORDS: Final = {
    "fault": "fault confirmed",
    "no_fault": "not a fault",
    "cannot_tell": "cannot tell",
    "withdrawn": "taken back",
}


def _record(request: Request) -> Store:
    return cast("Store", request.app.state.store)


def _reviewer(request: Request) -> str:
    """Return who reviews: as they named themselves on the page, else the name of the machine's user."""
    given = unquote(request.cookies.get(REVIEWER_COOKIE, ""))
    return given if given and given.isprintable() and len(given) <= 120 else _user()


@cache
def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no user of that number, as in a bare container
        return "reviewer"


Record = Annotated[Store, Depends(_record)]
Reviewer = Annotated[str, Depends(_reviewer)]


def blank_is_none(value: object) -> object:
    """Return None for a field of a form that was left blank."""
    return None if value == "" else value


def render(request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """Return a page."""
    store = _record(request)
    common = {
        "named": partial(exercise_name, store),
        "reviewer": _reviewer(request),
        "nonce": request.state.nonce,
        "path": request.url.path,
        "notice": NOTICE,
    }
    return HTMLResponse(_templates().get_template(template).render(**common, **values), status_code=status)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "when": when,
        "day": _day,
        "date": lambda day: date.fromisoformat(str(day)).strftime("%-d %b %Y"),
        "title": title,
        "aspect": aspect,
        "review_words": lambda verdict: _REVIEW_WORDS[verdict],
        "data": _data,
        "still": still_figure,
        "with_unit": _with_unit,
        "label": lambda name: parse_quantity(name).label,
        "percent": lambda share: f"{100 * share:.0f} %" if isfinite(share) else "–",
        "url": lambda text: quote(text, safe=""),
    }
    made.globals |= {
        "asset": _asset,
        "map_style_ids": _map_style_ids,
        "verdict": _verdict,
        "signs": STATE_SIGNS,
        "state_words": STATE_WORDS,
        "state_of": state_of,
        "held_words": held_words,
        "pain_words": _pain_words,
        "furthest": furthest,
        "tiles_of": tiles_of,
        "is_judged": is_judged,
        "unjudged_words": unjudged_words,
    }
    return made


def when(moment: datetime) -> str:
    """Return day and time of a moment, as they are here."""
    return moment.astimezone().strftime("%-d %b %Y, %H:%M")


def _day(moment: datetime) -> str:
    return moment.astimezone().strftime("%-d %b %Y")


def furthest(name: str, value: float | None) -> str:
    """Return what the largest excursion of a measure is called: of an ankle that points down it is the least number."""
    pointed = name == "ankle_deg" and value is not None and value < 0
    return f"{parse_quantity(name).label}, {'furthest pointed' if pointed else 'largest'}"


def _pain_words(one: SetSummary) -> str:
    """Return pain before and after a set, as far as it was asked."""
    after = "–" if one.pain is None else str(one.pain)
    return after if one.pain_before is None else f"{one.pain_before} → {after}"


def _data(value: object) -> Markup:
    """Return a value as JSON that is safe inside a script element, and not taken for markup."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _with_unit(value: float | None, name: str, sd: float | None = None) -> str:
    nan = float("nan")
    return measured({name: nan if value is None else value, f"{name}_sd": nan if sd is None else sd}, name)


def _verdict(item: Rep | Hold) -> Markup:
    state = state_of(item)
    sign = Markup('<span class="sign" aria-hidden="true">{}</span>').format(STATE_SIGNS[state])
    return Markup('<span class="{}">{}{}</span>').format(state, sign, verdict_words(item))


@cache
def _asset(name: str) -> str:
    """Return the address of a static file, with its hash so that browsers may keep it until it changes."""
    path = plotly_file() if name == "plotly.js" else _HERE / "static" / name
    return f"/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


@cache
def _map_style_ids() -> tuple[str, ...]:
    """Return the ids of style sheets that plotly.js brings for maps, unless an element of that id is there already.

    We draw no maps, and the pages' policy would refuse the sheets with a complaint in the console.
    """
    found = re.findall(r'createElement\("style"\);\w+\.id="([0-9a-f]{64})"', plotly_file().read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(found))


@cache
def plotly_file() -> Path:
    """Return plotly.js as it ships in the plotly package."""
    spec = find_spec("plotly")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
