"""What can be taken away of a set: CSV, JSON, a printable report, FHIR, TRC, and the file for another formcheck."""

from __future__ import annotations

import io
import json

from fastapi import APIRouter
from fastapi.responses import Response

from formcheck.report.fhir import FhirReview, fhir_bundle
from formcheck.report.html import report_html
from formcheck.report.reps_csv import reps_csv
from formcheck.report.result_json import json_text
from formcheck.report.trc import trc_text
from formcheck.store import Store
from formcheck.store.names import exercise_name
from formcheck.store.people import find_person
from formcheck.store.reviews import SetReview, reviews_of_set
from formcheck.store.scored import load_result, recording_of
from formcheck.store.transfer import export_sets
from formcheck.web.page import Record
from formcheck.web.sessions import Uid, about_set

__all__ = ["router"]

router = APIRouter()


@router.get("/sessions/{uid}/reps.csv")
def give_csv(store: Record, uid: Uid) -> Response:
    """Give the reps as CSV."""
    found = store.find_set(uid)
    said: dict[tuple[str, int], list[str]] = {}
    for one in _standing(store, uid):
        words = f"{one.reviewer}: {one.rule or 'as a whole'} {one.verdict}"
        said.setdefault((one.kind, one.number), []).append(f"{words} ({one.note})" if one.note else words)
    text = reps_csv(load_result(store, uid), name=uid, performed_at=found.performed_at.isoformat(), reviews=said)
    return _file(text, "text/csv; charset=utf-8", uid, "reps.csv")


@router.get("/sessions/{uid}/result.json")
def give_json(store: Record, uid: Uid) -> Response:
    """Give the result as JSON."""
    return _file(json_text(load_result(store, uid)), "application/json", uid, "result.json")


@router.get("/sessions/{uid}/report.html")
def give_report(store: Record, uid: Uid) -> Response:
    """Give the printable report, as a file: it carries its own scripts, which these pages do not run."""
    found = store.find_set(uid)
    result = load_result(store, uid, series=found.has_recording)
    return _file(report_html(result, {}, about_set(store, found)), "text/html; charset=utf-8", uid, "report.html")


@router.get("/sessions/{uid}/fhir.json")
def give_fhir(store: Record, uid: Uid) -> Response:
    """Give a FHIR R4 bundle without the person's name."""
    found = store.find_set(uid)
    bundle = fhir_bundle(
        load_result(store, uid),
        exercise_name=exercise_name(store, found.exercise, found.spec_sha256),
        set_uid=uid,
        person_uid=find_person(store, found.patient_id).uid,
        person="",
        performed_at=found.performed_at,
        reviews=[
            FhirReview(one.kind, one.number, one.rule, one.verdict, one.reviewer, one.note, one.made_at)
            for one in _standing(store, uid)
        ],
    )
    return _file(json.dumps(bundle, indent=1, ensure_ascii=False), "application/fhir+json", uid, "fhir.json")


@router.get("/sessions/{uid}/landmarks.trc")
def give_trc(store: Record, uid: Uid) -> Response:
    """Give the landmarks as TRC."""
    result = load_result(store, uid)
    text = trc_text(recording_of(store, uid), cm_per_px=result.cm_per_px, name=f"{uid[:8]}.trc")
    return _file(text, "text/plain; charset=utf-8", uid, "landmarks.trc")


@router.get("/sessions/{uid}/export.zip")
def give_export(store: Record, uid: Uid) -> Response:
    """Give the file that another formcheck imports, without names."""
    packed = io.BytesIO()
    export_sets(store, [uid], packed)
    return _file(packed.getvalue(), "application/zip", uid, "formcheck.zip")


def _standing(store: Store, uid: str) -> list[SetReview]:
    return [one for one in reviews_of_set(store, uid) if one.current]


def _file(content: str | bytes, kind: str, uid: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{uid[:8]}-{name}"'}
    return Response(content, media_type=kind, headers=headers)
