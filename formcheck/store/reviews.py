"""What reviewers said: every word is kept, beside what the machine had said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.errors import StoreError
from formcheck.store.repository import Store
from formcheck.store.rows import utc_now
from formcheck.store.tables import ExerciseSet, Finding, Item, Review, Scoring

__all__ = [
    "CANNOT_JUDGE",
    "ReviewVerdict",
    "Said",
    "SetReview",
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


def record_review(
    store: Store, item_id: int, rule: str, verdict: ReviewVerdict, *, reviewer: str, note: str = ""
) -> None:
    """Add what a reviewer says of a rule in an item (`CANNOT_JUDGE` for an item not judged as a whole)."""
    if verdict not in get_args(ReviewVerdict):
        raise StoreError(f"{verdict[:40]!r} is no verdict: expected one of {', '.join(get_args(ReviewVerdict))}")
    with store.writing() as session:
        _lock_set_of(session, item_id)
        item = session.get(Item, item_id)
        if item is None:
            raise StoreError("this rep is not in the record any more; go back to the queue")
        machine, value, limit = machine_said(session, item, rule)
        root_id = item.root_id or item.id
        session.add(
            Review(
                item_id=item.id,
                root_id=root_id,
                patient_id=item.patient_id,
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
        _settle_all(session, root_id)


def undo(store: Store, reviewer: str) -> int | None:
    """Take back a reviewer's latest standing review; return its item's id, None where there is none.

    The review stays in the record; a row that withdraws it is added.
    """
    with store.writing() as session:
        standing = select(Review).where(Review.reviewer == reviewer, Review.current.is_(True))
        latest = standing.order_by(Review.id.desc()).limit(1)
        _lock_set_of(session, session.scalar(latest.with_only_columns(Review.item_id)))
        last = session.scalar(latest)
        if last is None:
            return None
        session.add(
            Review(
                item_id=last.item_id,
                root_id=last.root_id,
                patient_id=last.patient_id,
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
        _settle_all(session, last.root_id)
        return last.item_id


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


def _lock_set_of(session: Session, item_id: int | None) -> None:
    """Let nobody else review or score again the set of an item until this transaction ends.

    To be called before the set's rows are read: what others did until then is seen, and nothing comes in between.
    """
    of_item = select(Scoring.set_id).join(Item, Item.scoring_id == Scoring.id).where(Item.id == item_id)
    session.execute(select(ExerciseSet.id).where(ExerciseSet.id.in_(of_item)).with_for_update())


def _settle_all(session: Session, root_id: int) -> None:
    """Settle an item and what took its place: it may have been scored again while somebody looked at it."""
    for item in session.scalars(select(Item).where(Item.root_id == root_id)):
        settle(session, item)


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
