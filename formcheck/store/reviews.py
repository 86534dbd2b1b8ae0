"""The review queue, what reviewers said, and how often they and the machine agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Final, Literal, get_args

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from formcheck.errors import StoreError
from formcheck.store.repository import Store
from formcheck.store.rows import utc_now
from formcheck.store.tables import ExerciseSet, Finding, Item, Patient, Review, Scoring

__all__ = [
    "CANNOT_JUDGE",
    "Agreement",
    "Group",
    "QueueItem",
    "ReviewVerdict",
    "Said",
    "SetReview",
    "agreement",
    "groups",
    "next_item",
    "queue_of",
    "record_review",
    "reviews_of",
    "reviews_of_set",
    "settle",
    "stand",
    "undo",
]

ReviewVerdict = Literal["fault", "no_fault", "cannot_tell"]
CANNOT_JUDGE: Final = ""
"""The rule of a review of an item that the machine could not judge."""
WITHDRAWN: Final = "withdrawn"


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


@dataclass(frozen=True, slots=True)
class Said:
    """One review as it was given; `verdict` withdrawn takes the reviewer's earlier one back."""

    id: int
    rule: str
    machine: str
    value: float | None
    limit: float | None
    reviewer: str
    verdict: str
    note: str
    made_at: datetime
    current: bool


# ---------------------------------------------------------------------- the queue


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


# ---------------------------------------------------------------------- reviews


def record_review(
    store: Store, item_id: int, rule: str, verdict: ReviewVerdict, *, reviewer: str, note: str = ""
) -> None:
    """Add what a reviewer says of a rule in an item (`CANNOT_JUDGE` for an item not judged as a whole)."""
    if verdict not in get_args(ReviewVerdict):
        raise StoreError(f"{verdict[:40]!r} is no verdict: expected one of {', '.join(get_args(ReviewVerdict))}")
    with store.writing() as session:
        item = session.get(Item, item_id, with_for_update=True)
        if item is None:
            raise StoreError("this rep is not in the record any more; go back to the queue")
        machine, value, limit = machine_said(session, item, rule)
        root_id = item.root_id or item.id
        session.add(
            Review(
                item_id=item.id,
                root_id=root_id,
                exercise=item.exercise,
                rule=rule,
                machine=machine,
                value=value,
                limit=limit,
                reviewer=reviewer,
                verdict=verdict,
                note=note,
                made_at=utc_now(),
                current=False,
            )
        )
        stand(session, root_id, rule, reviewer)
        settle(session, item)


def undo(store: Store, reviewer: str) -> int | None:
    """Take back a reviewer's latest standing review; return its item's id, None where there is none.

    The review stays in the record; a row that withdraws it is added.
    """
    with store.writing() as session:
        query = select(Review).where(Review.reviewer == reviewer, Review.current.is_(True))
        last = session.scalar(query.order_by(Review.id.desc()).limit(1))
        if last is None:
            return None
        item = session.get_one(Item, last.item_id, with_for_update=True)
        session.add(
            Review(
                item_id=last.item_id,
                root_id=last.root_id,
                exercise=last.exercise,
                rule=last.rule,
                machine=last.machine,
                value=last.value,
                limit=last.limit,
                reviewer=reviewer,
                verdict=WITHDRAWN,
                made_at=utc_now(),
                current=False,
            )
        )
        stand(session, last.root_id, last.rule, reviewer)
        for one in session.scalars(select(Item).where(Item.root_id == last.root_id)):
            settle(session, one)
        return item.id


def stand(session: Session, root_id: int, rule: str, reviewer: str) -> None:
    """Mark which of a reviewer's words on a rule stands: the latest that was not taken back."""
    query = select(Review).where(Review.root_id == root_id, Review.rule == rule, Review.reviewer == reviewer)
    standing: list[Review] = []
    for review in session.scalars(query.order_by(Review.id)):
        review.current = False
        if review.verdict != WITHDRAWN:
            standing.append(review)
        elif standing:
            standing.pop()
    if standing:
        standing[-1].current = True
    session.flush()


def machine_said(session: Session, item: Item, rule: str) -> tuple[str, float | None, float | None]:
    """Return the machine's level, value and limit for a rule of an item."""
    if rule == CANNOT_JUDGE:
        return item.verdict, None, None
    finding = session.scalar(
        select(Finding).where(Finding.item_id == item.id, Finding.rule == rule).order_by(Finding.id).limit(1)
    )
    if finding is not None:
        return finding.level, finding.value, finding.limit
    return ("cannot_judge" if rule in item.not_judged else "ok"), None, None


def settle(session: Session, item: Item) -> None:
    """Set whether an item waits: a fault, or a movement not judged, on which no review stands; only if in force."""
    asked = set(session.scalars(select(Finding.rule).where(Finding.item_id == item.id, Finding.level == "fault")))
    if item.verdict == "cannot_judge":
        asked = asked or {CANNOT_JUDGE}
    answered = select(Review.rule).where(Review.root_id == (item.root_id or item.id), Review.current.is_(True))
    in_force = (
        select(ExerciseSet.id)
        .join(Scoring, Scoring.set_id == ExerciseSet.id)
        .where(Scoring.id == item.scoring_id, ExerciseSet.scoring_id == Scoring.id)
    )
    item.unresolved = bool(asked - set(session.scalars(answered))) and session.scalar(in_force) is not None


def reviews_of(store: Store, root_id: int) -> list[Said]:
    """Return all that was ever said of an item, oldest first."""
    with store.reading() as session:
        rows = session.scalars(select(Review).where(Review.root_id == root_id).order_by(Review.id)).all()
    return [Said(*_columns(row)) for row in rows]


def _columns(
    row: Review,
) -> tuple[int, str, str, float | None, float | None, str, str, str, datetime, bool]:
    return (
        row.id,
        row.rule,
        row.machine,
        row.value,
        row.limit,
        row.reviewer,
        row.verdict,
        row.note,
        row.made_at,
        row.current,
    )


@dataclass(frozen=True, slots=True)
class SetReview(Said):
    """A review of an item of a set, by the item's kind and number."""

    kind: str
    number: int


def reviews_of_set(store: Store, uid: str) -> list[SetReview]:
    """Return all that was said of a set's items in force, oldest first."""
    query = (
        select(Review, Item.kind, Item.number)
        .join(Item, Item.root_id == Review.root_id)
        .join(ExerciseSet, ExerciseSet.scoring_id == Item.scoring_id)
        .where(ExerciseSet.uid == uid)
        .order_by(Review.id)
    )
    with store.reading() as session:
        return [SetReview(*_columns(row), kind, number) for row, kind, number in session.execute(query)]


# ---------------------------------------------------------------------- agreement


@dataclass(frozen=True, slots=True)
class Agreement:
    """Machine against reviewers for one rule, in numbers of reviews.

    `both` saw a fault, `machine_only`, `reviewer_only`, `neither`; `open` are those where either could not tell.
    """

    exercise: str
    rule: str
    both: int
    machine_only: int
    reviewer_only: int
    neither: int
    open: int

    @property
    def judged(self) -> int:
        """Reviews in which both gave an answer."""
        return self.both + self.machine_only + self.reviewer_only + self.neither

    @property
    def share(self) -> float:
        """How many of them agree, as a share; NaN without any."""
        return (self.both + self.neither) / self.judged if self.judged else nan

    @property
    def kappa(self) -> float:
        """Cohen's kappa; NaN where one of the two always says the same, since nothing but chance can be seen then."""
        n = self.judged
        if not n:
            return nan
        machine, reviewer = (self.both + self.machine_only) / n, (self.both + self.reviewer_only) / n
        if machine in (0.0, 1.0) or reviewer in (0.0, 1.0):
            return nan
        chance = machine * reviewer + (1 - machine) * (1 - reviewer)
        return (self.share - chance) / (1 - chance)


def agreement(store: Store, patient_id: int | None = None) -> list[Agreement]:
    """Return the agreement for each exercise and rule that was reviewed; watch counts as not flagged."""
    query = (
        select(Review.exercise, Review.rule, Review.machine, Review.verdict, func.count())
        .where(Review.current.is_(True))
        .group_by(Review.exercise, Review.rule, Review.machine, Review.verdict)
    )
    if patient_id is not None:
        query = query.join(Item, Item.id == Review.item_id).where(Item.patient_id == patient_id)
    with store.reading() as session:
        rows = session.execute(query).all()
    keys = sorted({(row[0], row[1]) for row in rows})
    return [_agreement(key, [row for row in rows if (row[0], row[1]) == key]) for key in keys]


def _agreement(key: tuple[str, str], rows: Iterable[Row[str, str, str, str, int]]) -> Agreement:
    counts = dict.fromkeys(("both", "machine_only", "reviewer_only", "neither", "open"), 0)
    for _, _, machine, verdict, n in rows:
        counts[_cell(machine, verdict)] += n
    exercise, rule = key
    return Agreement(exercise, rule, **counts)


def _cell(machine: str, verdict: str) -> str:
    if machine == "cannot_judge" or verdict == "cannot_tell":
        return "open"
    if machine == "fault":
        return "both" if verdict == "fault" else "machine_only"
    return "reviewer_only" if verdict == "fault" else "neither"
