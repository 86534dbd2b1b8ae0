"""People: who waits, what became of their measures, and the limits that are theirs."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from formcheck.errors import StoreError
from formcheck.store import Store
from formcheck.store.people import find_person, history, list_people, rename
from formcheck.store.person_specs import SpecText, checked, current_text, limits_of, save_person_spec, with_limits
from formcheck.store.scored import changes, load_result, rescore, save_rescored
from formcheck.store.transfer_form import Name, Text, Word
from formcheck.web.page import Record, Reviewer, render
from formcheck.web.reviewing import PageNumber, RowId
from formcheck.web.trend import NORMS, trend_figure, trends_of

__all__ = ["router"]

router = APIRouter()

PEOPLE_A_PAGE: Final = 50
SETS_SHOWN: Final = 20
PREVIEWED: Final = 5


@router.get("/people")
def show_people(request: Request, store: Record, page: PageNumber = 1) -> Response:
    """List people."""
    people, total = list_people(store, most=PEOPLE_A_PAGE, skip=(page - 1) * PEOPLE_A_PAGE)
    pages = max(-(-total // PEOPLE_A_PAGE), 1)
    return render(request, "people.html", people=people, total=total, page=page, pages=pages)


@router.get("/people/{person_id}")
def show_person(request: Request, store: Record, person_id: RowId, page: PageNumber = 1) -> Response:
    """Show one person: each exercise over weeks, and their sets."""
    person = find_person(store, person_id)
    points = [one for one in history(store, person_id) if one.state == "closed"]
    exercises = list(dict.fromkeys(one.exercise for one in reversed(points)))
    shown: list[dict[str, Any]] = []
    for exercise in exercises:
        of_it = [one for one in points if one.exercise == exercise]
        trends = trends_of(of_it)
        shown.append(
            {
                "exercise": exercise,
                "sets": len(of_it),
                "trends": trends,
                "figure": trend_figure(trends) if len(of_it) > 1 else None,
                "norms": NORMS.get(exercise, ()),
                "assumed": any(one.stature_assumed for one in of_it),
            }
        )
    sets = store.list_sets(patient_id=person_id, most=SETS_SHOWN, skip=(page - 1) * SETS_SHOWN)
    pages = max(-(-len(points) // SETS_SHOWN), 1)
    return render(request, "person.html", person=person, shown=shown, sets=sets, page=page, pages=pages)


class Called(BaseModel):
    """A new name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(min_length=1)]


@router.post("/people/{person_id}/name")
def rename_person(store: Record, person_id: RowId, form: Annotated[Called, Form()]) -> Response:
    """Call a person something else."""
    find_person(store, person_id)
    if form.name.strip():
        rename(store, person_id, form.name.strip())
    return _see(f"/people/{person_id}")


# ---------------------------------------------------------------------- limits


class Limits(BaseModel):
    """One rule's number, and what to do with it."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=170)]
    value: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
    why: Text = ""
    act: Annotated[str, Field(pattern=r"^(preview|save)$")] = "preview"


@router.get("/people/{person_id}/limits/{exercise}")
def show_limits(request: Request, store: Record, person_id: RowId, exercise: Word) -> Response:
    """Show the limits that a person is judged by."""
    return _limits_page(request, store, person_id, current_text(store, person_id, exercise), None)


@router.post("/people/{person_id}/limits/{exercise}")
def change_limit(
    request: Request,
    store: Record,
    reviewer: Reviewer,
    person_id: RowId,
    exercise: Word,
    form: Annotated[Limits, Form()],
) -> Response:
    """Show what another limit would change, or make it the person's own and score their sets again."""
    now = current_text(store, person_id, exercise)
    text = with_limits(now.text, {form.number: form.value}, who=reviewer, when=datetime.now().astimezone().date())
    if text == now.text:
        raise StoreError(f"{form.number} is {form.value:g} already, or there is no such number")
    if form.act == "preview":
        return _limits_page(
            request, store, person_id, now, {"form": form, "sets": _preview(store, person_id, exercise, text)}
        )
    spec_file = save_person_spec(store, person_id, text, exercise, who=reviewer, why=form.why.strip())
    for uid in _recorded(store, person_id, exercise):
        save_rescored(store, uid, spec_file, rescore(store, uid, spec_file))
    return _see(f"/people/{person_id}/limits/{exercise}")


def _limits_page(
    request: Request, store: Store, person_id: int, now: SpecText, preview: dict[str, Any] | None
) -> Response:
    return render(
        request,
        "limits.html",
        person=find_person(store, person_id),
        spec=now.spec_file.spec,
        own=now.own,
        limits=limits_of(now.text),
        preview=preview,
        recorded=len(_recorded(store, person_id, now.spec_file.spec.id)),
    )


def _recorded(store: Store, person_id: int, exercise: str) -> list[str]:
    """Return the sets of a person in an exercise that can be scored again, newest first."""
    sets = store.list_sets(patient_id=person_id)
    return [one.uid for one in sets if one.exercise == exercise and one.has_recording]


def _preview(store: Store, person_id: int, exercise: str, text: str) -> list[dict[str, Any]]:
    spec_file = checked(text, exercise)
    found = []
    for uid in _recorded(store, person_id, exercise)[:PREVIEWED]:
        before = load_result(store, uid)
        differing = [one for one in changes(before, rescore(store, uid, spec_file)) if one.differs]
        found.append({"set": store.find_set(uid), "changes": differing})
    return found


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
