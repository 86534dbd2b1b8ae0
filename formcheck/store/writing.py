"""The rows that a set consists of, written inside somebody else's transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formcheck.errors import StoreError
from formcheck.model import Hold, Rep, SetResult
from formcheck.specs.loader import SpecFile
from formcheck.store.rows import finding_row, item_values, problem_row, scoring_values, utc_now
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, PersonSpec, Scoring, Spec

__all__ = [
    "OpenSet",
    "add_item",
    "add_of_set",
    "checked_name",
    "fill_scoring",
    "forget_what_nothing_names",
    "keep_spec",
    "patient_named",
    "spec_row",
]


@dataclass(frozen=True, slots=True)
class OpenSet:
    """A set that is going on: reps are added to it until it is closed."""

    uid: str
    set_id: int
    scoring_id: int
    patient_id: int
    exercise: str


def spec_row(spec_file: SpecFile) -> Spec:
    """Return the row of a spec with its text. Raises StoreError where the file has changed since it was read."""
    try:
        content = spec_file.path.read_bytes()
    except OSError as error:
        raise StoreError(f"{spec_file.path}: the exercise spec cannot be kept ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != spec_file.sha256:
        raise StoreError(f"{spec_file.path}: changed while it was used; score the set again")
    return Spec(sha256=spec_file.sha256, exercise=spec_file.spec.id, text=content.decode())


def keep_spec(session: Session, spec: Spec) -> None:
    """Keep the text of a spec, once."""
    if session.get(Spec, spec.sha256) is None:
        session.add(spec)
        session.flush()


def checked_name(name: str) -> str:
    """Return a person's name without spaces around it. Raises StoreError for what can be none."""
    if not 0 < len(name.strip()) <= 120 or not name.isprintable():
        raise StoreError(f"{name[:40]!r} is no name for a person: expected 1 to 120 printable characters")
    return name.strip()


def patient_named(session: Session, name: str) -> Patient:
    """Return the person of a name; somebody new is added."""
    name = checked_name(name)
    found = session.scalar(select(Patient).where(Patient.name == name).order_by(Patient.id).limit(1))
    if found is None:
        found = Patient(name=name, made_at=utc_now())
        session.add(found)
        session.flush()
    return found


def add_item(session: Session, going: OpenSet, item: Rep | Hold, root_id: int | None = None) -> Item:
    """Add the rows of a rep or hold."""
    row = Item(scoring_id=going.scoring_id, patient_id=going.patient_id, exercise=going.exercise, **item_values(item))
    session.add(row)
    session.flush()
    row.root_id = root_id or row.id
    _add_findings(session, going.scoring_id, row.id, item)
    return row


def _add_findings(session: Session, scoring_id: int, item_id: int, item: Rep | Hold) -> None:
    for level, faults in (("fault", item.faults), ("watch", item.watch)):
        session.add_all(finding_row(fault, level, scoring_id, item_id) for fault in faults)


def fill_scoring(session: Session, going: OpenSet, result: SetResult) -> None:
    """Write the final result of a set into its scoring; reps already there keep their rows."""
    scoring = session.get_one(Scoring, going.scoring_id)
    for name, value in scoring_values(result).items():
        setattr(scoring, name, value)
    rows = session.scalars(select(Item).where(Item.scoring_id == going.scoring_id)).all()
    there = {(row.kind, row.number): row for row in rows}
    session.execute(delete(Finding).where(Finding.scoring_id == going.scoring_id))
    items: list[Rep | Hold] = [*result.reps, *result.holds]
    for item in items:
        values = item_values(item)
        row = there.pop((values["kind"], values["number"]), None)
        if row is None:
            add_item(session, going, item)
            continue
        for name, value in values.items():
            setattr(row, name, value)
        _add_findings(session, going.scoring_id, row.id, item)
    for row in there.values():
        session.delete(row)
    add_of_set(session, going.scoring_id, result)


def add_of_set(session: Session, scoring_id: int, result: SetResult) -> None:
    """Add the rows of what concerns a whole set: its faults, its set-up problems."""
    session.add_all(finding_row(fault, "fault", scoring_id, None) for fault in result.set_faults)
    session.add_all(problem_row(problem, scoring_id) for problem in result.setup)


def forget_what_nothing_names(session: Session, patient_id: int | None) -> None:
    """Delete a person without sets, and specs that no scoring and no person names."""
    if patient_id is not None:
        sets = select(ExerciseSet.id).where(ExerciseSet.patient_id == patient_id)
        session.execute(delete(Patient).where(Patient.id == patient_id, ~sets.exists()))
    scored = select(Scoring.id).where(Scoring.spec_sha256 == Spec.sha256)
    made = select(PersonSpec.id).where(PersonSpec.spec_sha256 == Spec.sha256)
    session.execute(delete(Spec).where(~scored.exists(), ~made.exists()))
