"""The list of sets, one set with its whole trace, two side by side, and a set coming in or going."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from formcheck.errors import SpecError, StoreError
from formcheck.report._summary import (
    assumptions,
    items,
    line_words,
    main_measures,
    noun_of,
    setup_lines,
    whole_set_words,
)
from formcheck.report.about import About
from formcheck.report.charts import figure, shown_measures
from formcheck.store import SetSummary, Store
from formcheck.store.items import item_ids
from formcheck.store.person_specs import own_spec_sha256
from formcheck.store.rows import best_of
from formcheck.store.scored import load_result
from formcheck.store.transfer import import_sets
from formcheck.store.transfer_form import Name, Text
from formcheck.web.compare import compared
from formcheck.web.page import Record, blank_is_none, render, when
from formcheck.web.reviewing import PageNumber

__all__ = ["Uid", "about_set", "router"]

router = APIRouter()

SETS_A_PAGE: Final = 50
Uid = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{32}$")]
AskedUid = Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")]


@router.get("/sessions")
def show_sets(
    request: Request, store: Record, page: PageNumber = 1, done: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """List the sets, newest first."""
    sets = store.list_sets(most=SETS_A_PAGE, skip=(page - 1) * SETS_A_PAGE)
    total = store.count_sets()
    pages = max(-(-total // SETS_A_PAGE), 1)
    return render(request, "sessions.html", sets=sets, total=total, page=page, pages=pages, done=done)


@router.get("/sessions/{uid}")
def show_set(request: Request, store: Record, uid: Uid) -> Response:
    """Show one set: counts, trace, every rep, what was said, files to take away."""
    found = store.find_set(uid)
    result = load_result(store, uid)
    trace = None
    if found.has_recording:
        with suppress(SpecError):  # a spec of an older form: the verdicts stay readable
            result = load_result(store, uid, series=True)
            trace = _without_markup(figure(result, shown_measures(result)))
    return render(
        request,
        "session.html",
        set=found,
        note=store.note_of(uid),
        result=result,
        items=[*result.reps, *result.holds],
        noun=noun_of(result),
        ids=item_ids(store, uid),
        whole=whole_set_words(result),
        setup=setup_lines(result),
        earlier_limits=own_spec_sha256(store, found.patient_id, found.exercise) not in (None, found.spec_sha256),
        measures=main_measures(result),
        assumptions=assumptions(result, about_set(store, found)),
        lines=line_words(result),
        guided="confirmed" in result.summary,
        trace=trace,
        others=[one for one in _of_same_exercise(store, found.patient_id, found.exercise) if one.uid != uid],
    )


def about_set(store: Store, found: SetSummary) -> About:
    """Return what the record knows of a set beside its result; not whose it is, for a file may be sent on."""
    spec = None
    with suppress(SpecError):  # a spec of an older form: its limits are not told
        spec = store.spec_of(found.spec_sha256).spec
    return About(spec, when=found.performed_at.astimezone(), metronome=found.metronome)


def _without_markup(trace: dict[str, Any]) -> dict[str, Any]:
    """Return a figure with bold words as plain ones: plotly writes markup as inline style, which these pages refuse."""
    for one in trace["layout"]["annotations"]:
        if "<b>" in one["text"]:
            one["text"] = one["text"].replace("<b>", "").replace("</b>", "")
            one["font"] = {**one.get("font", {}), "weight": 650}
    return trace


def _of_same_exercise(store: Store, patient_id: int, exercise: str) -> list[Any]:
    sets = store.list_sets(patient_id=patient_id, most=200)
    return [one for one in sets if one.exercise == exercise and one.state == "closed"]


class After(BaseModel):
    """What the person said after the set."""

    model_config = ConfigDict(extra="forbid")

    pain: Annotated[Annotated[int, Field(ge=0, le=10)] | None, BeforeValidator(blank_is_none)] = None
    note: Text = ""


@router.post("/sessions/{uid}/note")
def note_set(store: Record, uid: Uid, form: Annotated[After, Form()]) -> Response:
    """Keep pain and a note."""
    store.find_set(uid)
    store.note(uid, pain=form.pain, note=form.note.strip())
    return _see(f"/sessions/{uid}")


@router.post("/sessions/{uid}/delete")
def delete_set(store: Record, uid: Uid) -> Response:
    """Delete a set with its files."""
    store.find_set(uid)
    store.delete(uid)
    return _see("/sessions?done=deleted")


@router.post("/import")
def import_file(store: Record, file: UploadFile, person: Annotated[Name, Form()] = "") -> Response:
    """Take in an export."""
    name = (file.filename or "the file")[:80]
    done = import_sets(store, file.file, shown=name, person=person.strip() or None)
    return _see(f"/sessions?done={len(done.added)} new, {len(done.known)} there already, {done.reviews} reviews")


@router.get("/compare")
def compare_sets(request: Request, store: Record, a: AskedUid, b: AskedUid) -> Response:
    """Show two sets on one time base."""
    first, second = store.find_set(a), store.find_set(b)
    if first.exercise != second.exercise:
        raise StoreError(f"{first.exercise} and {second.exercise} cannot be compared; choose two sets of one exercise")
    results = [load_result(store, one.uid, series=one.has_recording) for one in (first, second)]
    return render(
        request,
        "compare.html",
        sets=(first, second),
        results=results,
        measures=main_measures(results[0])[:3],
        best=[best_of(items(result)) for result in results],
        trace=compared(results[0], results[1], (when(first.performed_at), when(second.performed_at))),
    )


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
