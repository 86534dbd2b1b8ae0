"""What waits for a review: by person and exercise, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from formcheck.store.repository import Store
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, Scoring

__all__ = ["Group", "QueueItem", "groups", "next_item", "queue_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """What waits for a review of one person in one exercise."""

    patient_id: int
    person: str
    exercise: str
    waiting: int
    worst: float


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A rep or hold that waits, with the text of its worst fault (empty where it could not be judged)."""

    id: int
    patient_id: int
    exercise: str
    kind: str
    number: int
    verdict: str
    severity: float
    performed_at: datetime
    set_uid: str
    text: str


def groups(store: Store) -> list[Group]:
    """Return who has something waiting in which exercise, the worst first."""
    worst = func.max(Item.severity)
    query = (
        select(Item.patient_id, Item.exercise, func.count(), worst)
        .where(Item.unresolved.is_(True))
        .group_by(Item.patient_id, Item.exercise)
        .order_by(worst.desc(), Item.patient_id, Item.exercise)
    )
    with store.reading() as session:
        found = session.execute(query).all()
        ids = {row[0] for row in found}
        names = dict(session.execute(select(Patient.id, Patient.name).where(Patient.id.in_(ids))).all())
    return [Group(patient, names.get(patient, ""), exercise, n, worst) for patient, exercise, n, worst in found]


def queue_of(store: Store, patient_id: int, exercise: str, *, most: int = 50, skip: int = 0) -> list[QueueItem]:
    """Return what waits of one person in one exercise, the worst first."""
    query = (
        select(Item, ExerciseSet.performed_at, ExerciseSet.uid)
        .join(Scoring, Scoring.id == Item.scoring_id)
        .join(ExerciseSet, ExerciseSet.id == Scoring.set_id)
        .where(Item.unresolved.is_(True), Item.patient_id == patient_id, Item.exercise == exercise)
        .order_by(Item.severity.desc(), Item.id)
        .limit(most)
        .offset(skip)
    )
    with store.reading() as session:
        found = session.execute(query).all()
        texts = _worst_texts(session, [row[0].id for row in found])
    return [_queue_item(row, texts) for row in found]


def _queue_item(row: Row[Item, datetime, str], texts: dict[int, str]) -> QueueItem:
    item, performed_at, uid = row
    reason = next(iter(item.not_judged.values()), "") if item.verdict == "cannot_judge" else ""
    return QueueItem(
        id=item.id,
        patient_id=item.patient_id,
        exercise=item.exercise,
        kind=item.kind,
        number=item.number,
        verdict=item.verdict,
        severity=item.severity,
        performed_at=performed_at,
        set_uid=uid,
        text=texts.get(item.id, str(reason)),
    )


def _worst_texts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    query = select(Finding.item_id, Finding.text).where(Finding.item_id.in_(ids), Finding.level == "fault")
    texts: dict[int, str] = {}
    for item_id, text in session.execute(query.order_by(Finding.id)):
        texts.setdefault(item_id or 0, text)
    return texts


def next_item(store: Store, after: int | None = None) -> int | None:
    """Return the id of what waits next after an item: in its group, then in the next group, and round.

    Without `after` it is the worst of all. None where nothing waits.
    """
    waiting = groups(store)
    if not waiting:
        return None
    with store.reading() as session:
        here = session.get(Item, after) if after is not None else None
        if here is None:
            return _first(session, waiting[0])
        following = session.scalar(
            _order(here.patient_id, here.exercise)
            .where(tuple_(-Item.severity, Item.id) > (-here.severity, here.id))
            .limit(1)
        )
        if following is not None:
            return following
        places = [(group.patient_id, group.exercise) for group in waiting]
        at = places.index((here.patient_id, here.exercise)) + 1 if (here.patient_id, here.exercise) in places else 0
        return _first(session, waiting[at % len(waiting)])


def _order(patient_id: int, exercise: str) -> Select[int]:
    return (
        select(Item.id)
        .where(Item.unresolved.is_(True), Item.patient_id == patient_id, Item.exercise == exercise)
        .order_by(Item.severity.desc(), Item.id)
    )


def _first(session: Session, group: Group) -> int | None:
    return session.scalar(_order(group.patient_id, group.exercise).limit(1))
