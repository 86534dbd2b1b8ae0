"""People and what became of their measures over weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from formcheck.errors import StoreError
from formcheck.model import Counts
from formcheck.store.repository import Store
from formcheck.store.rows import counts_of
from formcheck.store.tables import ExerciseSet, Item, Patient, Scoring

__all__ = ["Person", "PersonLine", "Point", "find_person", "history", "list_people", "rename"]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the list of people."""

    id: int
    name: str
    sets: int
    last: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the record."""

    id: int
    uid: str
    name: str


@dataclass(frozen=True, slots=True)
class Point:
    """One set in a person's history.

    `best` maps a measure (and its `_sd`) to its largest value of the set; `summary` is what belongs to the whole set.
    """

    uid: str
    performed_at: datetime
    exercise: str
    counts: Counts
    best: dict[str, float | None]
    summary: dict[str, float | None]
    view: str | None
    stature_assumed: bool
    pain: int | None
    state: str


def list_people(store: Store, *, most: int = 50, skip: int = 0) -> tuple[list[PersonLine], int]:
    """Return people by name, and how many there are in all."""
    sets = (
        select(ExerciseSet.patient_id, func.count().label("n"), func.max(ExerciseSet.performed_at).label("last"))
        .group_by(ExerciseSet.patient_id)
        .subquery()
    )
    waiting = (
        select(Item.patient_id, func.count().label("n"))
        .where(Item.unresolved.is_(True))
        .group_by(Item.patient_id)
        .subquery()
    )
    query = (
        select(Patient.id, Patient.name, sets.c.n, sets.c.last, waiting.c.n)
        .outerjoin(sets, sets.c.patient_id == Patient.id)
        .outerjoin(waiting, waiting.c.patient_id == Patient.id)
        .order_by(Patient.name, Patient.id)
    )
    with store.reading() as session:
        total = session.scalar(select(func.count()).select_from(Patient)) or 0
        rows = session.execute(query.limit(most).offset(skip)).all()
    return [PersonLine(one[0], one[1], one[2] or 0, one[3], one[4] or 0) for one in rows], total


def find_person(store: Store, person_id: int) -> Person:
    """Return a person. Raises StoreError where there is none."""
    with store.reading() as session:
        row = session.get(Patient, person_id)
    if row is None:
        raise StoreError("this person is not in the record any more")
    return Person(row.id, row.uid, row.name)


def rename(store: Store, person_id: int, name: str) -> None:
    """Call a person something else."""
    with store.writing() as session:
        session.get_one(Patient, person_id).name = name


def history(store: Store, person_id: int, exercise: str | None = None) -> list[Point]:
    """Return a person's sets, oldest first."""
    query = (
        select(ExerciseSet, Scoring)
        .join(Scoring, Scoring.id == ExerciseSet.scoring_id)
        .where(ExerciseSet.patient_id == person_id)
        .order_by(ExerciseSet.performed_at, ExerciseSet.id)
    )
    if exercise is not None:
        query = query.where(ExerciseSet.exercise == exercise)
    with store.reading() as session:
        rows = session.execute(query).all()
    return [
        Point(
            uid=row.uid,
            performed_at=row.performed_at,
            exercise=row.exercise,
            counts=counts_of(scoring),
            best=scoring.best,
            summary=scoring.summary,
            view=scoring.view,
            stature_assumed=scoring.stature_assumed,
            pain=row.pain,
            state=row.state,
        )
        for row, scoring in rows
    ]
