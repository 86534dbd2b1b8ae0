"""The rows of an imported set. What it says was checked before; here it only becomes rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.store.reviews import settle, stand
from formcheck.store.rows import number, utc_now
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, Problem, Review, Scoring, Spec
from formcheck.store.transfer_form import ExportedSet, FindingForm, ItemForm, PersonForm

__all__ = ["add_reviews", "add_set"]


def add_set(session: Session, form: ExportedSet, person: str | None) -> ExerciseSet:
    """Add a set that is not there yet, with all but its reviews."""
    if session.get(Spec, form.spec.sha256) is None:
        session.add(Spec(sha256=form.spec.sha256, exercise=form.exercise, text=form.spec.text))
    patient = _patient(session, form.person, person)
    row = ExerciseSet(
        uid=form.uid,
        patient_id=patient.id,
        saved_at=utc_now(),
        state="closed",
        recording_sha256=_hash(form, "landmarks.npz"),
        clip_sha256=_hash(form, "clip.mp4"),
        **form.model_dump(
            include={
                "exercise",
                "performed_at",
                "origin",
                "asked_side",
                "asked_stature_cm",
                "source_name",
                "duration_s",
                "frames",
                "width",
                "height",
                "metronome",
                "pain_before",
                "pain",
                "note",
            }
        ),
    )
    session.add(row)
    session.flush()
    scoring = Scoring(set_id=row.id, spec_sha256=form.spec.sha256, **form.scoring.model_dump())
    session.add(scoring)
    session.flush()
    row.scoring_id = scoring.id
    for item in form.items:
        _add_item(session, row, scoring.id, item)
    session.add_all(_finding(one, scoring.id, None) for one in form.set_findings)
    session.add_all(Problem(scoring_id=scoring.id, **one.model_dump()) for one in form.setup)
    session.flush()
    return row


def _patient(session: Session, form: PersonForm, name: str | None) -> Patient:
    """Return the person of an export: known by uid, else new, called as asked, as the export says, or by the uid."""
    found = session.scalar(select(Patient).where(Patient.uid == form.uid))
    if found is None:
        called = (name or form.name or f"Patient {form.uid[:4].upper()}").strip()
        found = Patient(uid=form.uid, name=called, stature_cm=form.stature_cm, made_at=utc_now())
        session.add(found)
        session.flush()
    return found


def _hash(form: ExportedSet, name: str) -> str | None:
    return next((file.sha256 for known, file in form.files.items() if known == name), None)


def _add_item(session: Session, row: ExerciseSet, scoring_id: int, form: ItemForm) -> None:
    flagged = form.verdict in ("fault", "cannot_judge")
    item = Item(
        scoring_id=scoring_id,
        patient_id=row.patient_id,
        exercise=row.exercise,
        unresolved=flagged,
        severity=max((_beyond(one) for one in form.findings if one.level == "fault"), default=0.0),
        **form.model_dump(exclude={"findings"}),
    )
    session.add(item)
    session.flush()
    item.root_id = item.id
    session.add_all(_finding(one, scoring_id, item.id) for one in form.findings)


def _beyond(finding: FindingForm) -> float:
    if finding.value is None or not finding.limit:
        return 0.0
    return number(abs(finding.value - finding.limit) / abs(finding.limit)) or 0.0


def _finding(form: FindingForm, scoring_id: int, item_id: int | None) -> Finding:
    return Finding(scoring_id=scoring_id, item_id=item_id, **form.model_dump())


def add_reviews(session: Session, row: ExerciseSet, form: ExportedSet) -> int:
    """Add the reviews of an export that are not there yet; return how many."""
    there = set(session.scalars(select(Review.uid).where(Review.uid.in_([one.uid for one in form.reviews]))))
    new = [one for one in form.reviews if one.uid not in there]
    if not new:
        return 0
    items = session.scalars(select(Item).where(Item.scoring_id == row.scoring_id)).all()
    forms = {(item.kind, item.number): item for item in form.items}
    of_set = {"patient_id": row.patient_id, "exercise": row.exercise, "current": False}
    added = 0
    for one in new:
        item = _same(items, forms[one.kind, one.number])
        if item is None:
            continue
        root_id = item.root_id or item.id
        values = one.model_dump(exclude={"kind", "number"})
        session.add(Review(item_id=item.id, root_id=root_id, **of_set, **values))
        session.flush()
        stand(session, root_id, one.rule, one.reviewer)
        for same in session.scalars(select(Item).where(Item.root_id == root_id)):
            settle(session, same)
        added += 1
    return added


def _same(items: Sequence[Item], form: ItemForm) -> Item | None:
    """Return the local item that was going on in the middle of an exported one: numbers may differ after a scoring."""
    middle_s = (form.start_s + form.end_s) / 2
    return next((item for item in items if item.kind == form.kind and item.start_s <= middle_s <= item.end_s), None)
