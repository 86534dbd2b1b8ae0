"""The limits that a person is judged by: tried on their latest sets, then theirs."""

from __future__ import annotations

import time
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from formcheck.errors import StoreError
from formcheck.feedback.words import aspect, title
from formcheck.report.about import key_words, scale_of, shown_limit
from formcheck.specs.schema import ExerciseSpec
from formcheck.store import Store
from formcheck.store.people import find_person
from formcheck.store.person_specs import (
    Limit,
    Recorded,
    SpecText,
    checked,
    current_text,
    limits_of,
    recorded_sets,
    save_person_spec,
    with_limits,
)
from formcheck.store.scored import changes, load_result, rescore
from formcheck.store.transfer_form import Text, Word
from formcheck.web.page import Record, Reviewer, render
from formcheck.web.rescoring import Rescoring
from formcheck.web.reviewing import RowId

__all__ = ["router"]

router = APIRouter()

PREVIEWED: Final = 5
PREVIEW_S: Final = 0.12
"""After so long no further set is tried: a page should come at once, however long the sets are."""


class Limits(BaseModel):
    """One rule's number, and what to do with it."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=170)]
    value: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
    why: Text = ""
    act: Annotated[str, Field(pattern=r"^(preview|save)$")] = "preview"


def _rescoring(request: Request) -> Rescoring:
    return cast("Rescoring", request.app.state.rescoring)


Again = Annotated[Rescoring, Depends(_rescoring)]


@router.get("/people/{person_id}/limits/{exercise}")
def show_limits(request: Request, store: Record, person_id: RowId, exercise: Word) -> Response:
    """Show the limits that a person is judged by."""
    return _limits_page(request, store, person_id, current_text(store, person_id, exercise), None)


@router.post("/people/{person_id}/limits/{exercise}")
def change_limit(
    request: Request,
    store: Record,
    reviewer: Reviewer,
    again: Again,
    person_id: RowId,
    exercise: Word,
    form: Annotated[Limits, Form()],
) -> Response:
    """Show what another limit would change, or make it the person's own; their sets are scored again meanwhile."""
    now = current_text(store, person_id, exercise)
    text = with_limits(now.text, {form.number: form.value}, who=reviewer, when=datetime.now().astimezone().date())
    if text == now.text:
        raise StoreError(f"{form.number} is {form.value:g} already, or there is no such number")
    words = _checked_words(form, limits_of(now.text), now.spec_file.spec)
    if form.act == "preview":
        tried = _preview(store, recorded_sets(store, person_id, exercise), text, exercise)
        return _limits_page(request, store, person_id, now, {"form": form, "sets": tried, "words": words})
    save_person_spec(store, person_id, text, exercise, who=reviewer, why=form.why.strip())
    again.start(person_id, exercise)
    return _see(person_id, exercise)


@router.post("/people/{person_id}/limits/{exercise}/rescore")
def go_on_scoring(store: Record, again: Again, person_id: RowId, exercise: Word) -> Response:
    """Score again what is still judged by earlier limits."""
    find_person(store, person_id)
    again.start(person_id, exercise)
    return _see(person_id, exercise)


def _limits_page(
    request: Request, store: Store, person_id: int, now: SpecText, preview: dict[str, Any] | None
) -> Response:
    exercise = now.spec_file.spec.id
    again = _rescoring(request)
    going = again.is_going(person_id, exercise)  # asked first: what is scored in between is not called left behind
    recorded = recorded_sets(store, person_id, exercise)
    behind = [one for one in recorded if one.spec_sha256 != now.spec_file.sha256] if now.own else []
    return render(
        request,
        "limits.html",
        person=find_person(store, person_id),
        spec=now.spec_file.spec,
        own=now.own,
        key_words=key_words,
        limits=[
            (limit, shown_limit(now.spec_file.spec.rules[limit.rule], limit.value)) for limit in limits_of(now.text)
        ],
        preview=preview,
        recorded=len(recorded),
        behind=len(behind),
        going=going,
        problems=again.problems(person_id, exercise) if behind and not going else [],
    )


def _checked_words(form: Limits, limits: list[Limit], spec: ExerciseSpec) -> str:
    """Return in words what is tried. Raises StoreError where no value of the measure can be meant."""
    limit = next(one for one in limits if one.name == form.number)
    rule = spec.rules[limit.rule]
    name = f"{title(aspect(limit.rule))}, {key_words(limit.key)}"
    new, old = (shown_limit(rule, value) for value in (form.value, limit.value))
    if limit.value > 0 >= form.value:
        raise StoreError(f"{name}: {new} cannot be met, it must be above 0; it is {old} now")
    if scale_of(rule, "")[1] == " %" and form.value > 1:
        raise StoreError(f"{name}: a share is at most 1 (0.6 is 60 %), got {form.value:g}; it is {old} now")
    return f"{name} {new} instead of {old}"


def _preview(store: Store, recorded: list[Recorded], text: str, exercise: str) -> list[dict[str, Any]]:
    """Return what would change in the latest sets: as many as there is time for, one at least."""
    spec_file = checked(text, exercise)
    begun = time.perf_counter()
    found: list[dict[str, Any]] = []
    for one in recorded[:PREVIEWED]:
        if found and time.perf_counter() - begun > PREVIEW_S:
            break
        differing = [
            change
            for change in changes(load_result(store, one.uid), rescore(store, one.uid, spec_file))
            if change.differs
        ]
        found.append({"set": store.find_set(one.uid), "changes": differing})
    return found


def _see(person_id: int, exercise: str) -> RedirectResponse:
    return RedirectResponse(f"/people/{person_id}/limits/{exercise}", status_code=HTTPStatus.SEE_OTHER)
