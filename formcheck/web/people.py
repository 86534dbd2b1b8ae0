"""People: who waits, and what became of their measures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from formcheck.feedback.words import is_judged
from formcheck.store.names import exercise_name
from formcheck.store.people import find_person, history, list_people, rename
from formcheck.store.transfer_form import Name
from formcheck.web.page import Record, render
from formcheck.web.reviewing import PageNumber, RowId
from formcheck.web.trend import NORMS, trend_figure, trends_of

__all__ = ["router"]

router = APIRouter()

PEOPLE_A_PAGE: Final = 50
SETS_SHOWN: Final = 20


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
                "name": exercise_name(store, exercise),
                "judged": is_judged(of_it[-1].summary),
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
    return RedirectResponse(f"/people/{person_id}", status_code=HTTPStatus.SEE_OTHER)
