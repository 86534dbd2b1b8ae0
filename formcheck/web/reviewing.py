"""The queue, one rep, and what a reviewer says of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from formcheck.errors import SpecError, StoreError
from formcheck.specs.schema import ExerciseSpec
from formcheck.store import Store
from formcheck.store.items import ItemContext, find_item, unreviewed_sample
from formcheck.store.queue import groups, next_item, queue_of
from formcheck.store.reviews import CANNOT_JUDGE, ReviewVerdict, record_review, reviews_of, undo
from formcheck.store.scored import recording_of, series_of
from formcheck.store.transfer_form import Name, Text
from formcheck.web.figures import figures_of
from formcheck.web.page import REVIEWER_COOKIE, Record, Reviewer, plotly_file, render
from formcheck.web.playback import playback
from formcheck.web.trace import trace_of

__all__ = ["router"]

router = APIRouter()

GROUPS_A_PAGE: Final = 15
SHOWN_OF_A_GROUP: Final = 5
ITEMS_A_PAGE: Final = 50
AROUND_S: Final = 0.5
WHOLE: Final = "*"
"""In place of a rule: the whole rep, so every rule that the machine judged in it."""

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


class Answer(BaseModel):
    """What the verdict buttons send: `rule:verdict`, and a note."""

    model_config = ConfigDict(extra="forbid")

    answer: Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]{0,79})?:(fault|no_fault|cannot_tell)$")]
    note: Text = ""


@router.get("/")
def show_queue(request: Request, store: Record, page: PageNumber = 1) -> Response:
    """Show what waits, by person and exercise, the worst first."""
    waiting = groups(store)
    first = (page - 1) * GROUPS_A_PAGE
    shown = [
        (group, queue_of(store, group.patient_id, group.exercise, most=SHOWN_OF_A_GROUP))
        for group in waiting[first : first + GROUPS_A_PAGE]
    ]
    return render(
        request,
        "queue.html",
        shown=shown,
        waiting=sum(group.waiting for group in waiting),
        groups=len(waiting),
        page=page,
        pages=max(-(-len(waiting) // GROUPS_A_PAGE), 1),
        first=next_item(store),
    )


@router.get("/queue/{patient_id}/{exercise}")
def show_group(request: Request, store: Record, patient_id: RowId, exercise: str, page: PageNumber = 1) -> Response:
    """Show all that waits of one person in one exercise."""
    group = next((one for one in groups(store) if (one.patient_id, one.exercise) == (patient_id, exercise)), None)
    items = queue_of(store, patient_id, exercise, most=ITEMS_A_PAGE, skip=(page - 1) * ITEMS_A_PAGE)
    pages = max(-(-(group.waiting if group else 0) // ITEMS_A_PAGE), 1)
    return render(request, "group.html", group=group, items=items, page=page, pages=pages)


@router.get("/next")
def go_to_next(store: Record, after: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> Response:
    """Go to what waits next after an item, without judging it."""
    found = next_item(store, after)
    return _see("/" if found is None else f"/items/{found}")


@router.get("/sample")
def go_to_sample(store: Record, draw: Annotated[float, Query(ge=0, le=1)] = 0.0) -> Response:
    """Go to an item that the machine found good."""
    found = unreviewed_sample(store, draw)
    return _see("/" if found is None else f"/items/{found}")


@router.get("/items/{item_id}")
def show_item(
    request: Request, store: Record, item_id: RowId, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show one rep or hold."""
    context = find_item(store, item_id)
    spec = _spec_of(store, context)
    said = reviews_of(store, context.root_id)
    trace = None
    if context.set.has_recording and spec is not None:
        trace = trace_of(context, spec, series_of(store, context.set.uid, context.set.spec_sha256))
    rules = spec.rules if spec is not None else {}
    return render(
        request,
        "item.html",
        context=context,
        item=context.item,
        rules=list(rules),
        said=said,
        asked=_asked(context, {one.rule for one in said if one.current}),
        trace=trace,
        figures={fault.rule: figures_of(fault, rules.get(fault.rule)) for fault in context.item.faults},
        player=_player(context),
        done=done,
        waiting=sum(group.waiting for group in groups(store)),
    )


def _asked(context: ItemContext, answered: set[str]) -> list[tuple[str, Any, bool]]:
    """Return (rule, fault, answered) for each thing to judge, in order."""
    if context.item.verdict == "cannot_judge" and not context.item.faults:
        return [(CANNOT_JUDGE, None, CANNOT_JUDGE in answered)]
    return [(fault.rule, fault, fault.rule in answered) for fault in context.item.faults]


def _player(context: ItemContext) -> dict[str, Any]:
    return {
        "start_s": context.item.start_s,
        "end_s": context.item.end_s,
        "around_s": AROUND_S,
        "near": context.near_side,
        "landmarks": f"/items/{context.id}/playback.json" if context.set.has_recording else None,
        "clip": f"/sessions/{context.set.uid}/clip.mp4" if context.set.has_clip else None,
    }


@router.get("/items/{item_id}/playback.json")
def give_playback(store: Record, item_id: RowId) -> Response:
    """Give the landmarks around one rep or hold."""
    context = find_item(store, item_id)
    recording = recording_of(store, context.set.uid)
    return JSONResponse(playback(recording, context.item.start_s - 2 * AROUND_S, context.item.end_s + 2 * AROUND_S))


@router.get("/sessions/{uid}/clip.mp4")
def give_clip(store: Record, uid: str) -> Response:
    """Give the clip of a set, or the part that is asked for."""
    path = store.files.clip(uid)
    if not path.is_file():
        raise StoreError("no clip was kept of this set")
    return FileResponse(path, media_type="video/mp4")


@router.post("/items/{item_id}/review")
def review_item(store: Record, reviewer: Reviewer, item_id: RowId, form: Annotated[Answer, Form()]) -> Response:
    """Keep a verdict and go on to what waits next."""
    context = find_item(store, item_id)
    rule, _, verdict = form.answer.rpartition(":")
    for one in _rules_meant(rule, context, _spec_of(store, context)):
        record_review(store, item_id, one, _verdict(verdict), reviewer=reviewer, note=form.note.strip())
    if not context.unresolved or find_item(store, item_id).unresolved:
        return _see(f"/items/{item_id}?done={verdict}")
    following = next_item(store, item_id)
    return _see(f"/?done={verdict}" if following is None else f"/items/{following}?done={verdict}")


def _verdict(text: str) -> ReviewVerdict:
    return "fault" if text == "fault" else "no_fault" if text == "no_fault" else "cannot_tell"


def _spec_of(store: Store, context: ItemContext) -> ExerciseSpec | None:
    """Return the spec that judged; None where this version cannot read it any more: the verdicts stay readable."""
    try:
        return store.spec_of(context.set.spec_sha256).spec
    except SpecError:
        return None


def _rules_meant(rule: str, context: ItemContext, spec: ExerciseSpec | None) -> list[str]:
    rules = list(spec.rules) if spec is not None else []
    if rule == WHOLE:
        return [name for name in rules if name not in context.item.not_judged]
    if rule != CANNOT_JUDGE and rule not in rules and rule not in {fault.rule for fault in context.item.faults}:
        raise StoreError(f"{rule!r} is no rule of {context.set.exercise}")
    return [rule]


@router.post("/undo")
def undo_last(store: Record, reviewer: Reviewer) -> Response:
    """Take the reviewer's latest verdict back and show its rep."""
    item_id = undo(store, reviewer)
    return _see("/?done=nothing" if item_id is None else f"/items/{item_id}?done=undone")


class Who(BaseModel):
    """Who reviews."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(min_length=1)]


@router.post("/reviewer")
def name_reviewer(form: Annotated[Who, Form()]) -> Response:
    """Remember who reviews, in this browser."""
    answer = _see("/")
    answer.set_cookie(
        REVIEWER_COOKIE, quote(form.name.strip() or "reviewer"), httponly=True, samesite="strict", max_age=31_536_000
    )
    return answer


@router.get("/static/plotly.js")
def give_plotly() -> Response:
    """Give plotly.js from its package."""
    return FileResponse(
        plotly_file(), media_type="text/javascript", headers={"cache-control": "private, max-age=31536000, immutable"}
    )


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
