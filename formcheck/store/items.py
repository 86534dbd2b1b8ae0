"""One rep or hold with all that a reviewer wants beside it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from formcheck.errors import StoreError
from formcheck.feedback.verdicts import State, state_of
from formcheck.model import Hold, Rep
from formcheck.store.repository import Store
from formcheck.store.rows import hold_of, rep_of
from formcheck.store.summaries import SetSummary
from formcheck.store.tables import ExerciseSet, Finding, Item, Scoring

__all__ = ["ItemContext", "Sibling", "find_item", "item_ids", "unreviewed_sample"]


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another item of the same set."""

    id: int
    number: int
    state: State
    unresolved: bool
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class ItemContext:
    """An item, its set, and all items of its scoring in order (itself among them)."""

    id: int
    root_id: int
    item: Rep | Hold
    unresolved: bool
    set: SetSummary
    near_side: str
    view: str | None
    in_force: bool
    siblings: tuple[Sibling, ...]


def find_item(store: Store, item_id: int) -> ItemContext:
    """Return an item. Raises StoreError where there is none."""
    with store.reading() as session:
        row = session.get(Item, item_id)
        if row is None:
            raise StoreError("this rep is not in the record any more; go back to the queue")
        scoring = session.get_one(Scoring, row.scoring_id)
        set_row = session.get_one(ExerciseSet, scoring.set_id)
        findings = session.scalars(select(Finding).where(Finding.item_id == item_id).order_by(Finding.id)).all()
        others = session.scalars(select(Item).where(Item.scoring_id == row.scoring_id).order_by(Item.start_s)).all()
    return ItemContext(
        id=row.id,
        root_id=row.root_id or row.id,
        item=hold_of(row, findings) if row.kind == "hold" else rep_of(row, findings),
        unresolved=row.unresolved,
        set=store.find_set(set_row.uid),
        near_side=scoring.near_side,
        view=scoring.view,
        in_force=set_row.scoring_id == scoring.id,
        siblings=tuple(
            Sibling(one.id, one.number, _state(one), one.unresolved, one.start_s, one.end_s) for one in others
        ),
    )


def _state(row: Item) -> State:
    return state_of(hold_of(row, ()) if row.kind == "hold" else rep_of(row, ()))


def item_ids(store: Store, uid: str) -> dict[tuple[str, int], int]:
    """Return the ids of a set's items in force, by kind and number."""
    query = (
        select(Item.kind, Item.number, Item.id)
        .join(ExerciseSet, ExerciseSet.scoring_id == Item.scoring_id)
        .where(ExerciseSet.uid == uid)
    )
    with store.reading() as session:
        return {(kind, number): item_id for kind, number, item_id in session.execute(query)}


def unreviewed_sample(store: Store, draw: float) -> int | None:
    """Return an item that the machine found good; `draw` from 0 to 1 picks which. None where there is none.

    Strides are none: nothing of a walk is judged.
    """
    with store.reading() as session:
        top = session.scalar(select(func.max(Item.id))) or 0
        judged = Scoring.summary["cadence_per_min"].as_float().is_(None)
        good = (
            select(Item.id)
            .join(Scoring, Scoring.id == Item.scoring_id)
            .where(Item.verdict == "ok", judged)
            .order_by(Item.id)
            .limit(1)
        )
        found = session.scalar(good.where(Item.id >= int(draw * top)))
        return found if found is not None else session.scalar(good)
