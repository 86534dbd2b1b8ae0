"""What the record says of a person's sets, as a plan asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from formcheck.plan.status import SetFact
from formcheck.store import Store
from formcheck.store.tables import ExerciseSet, Item, Patient, Scoring

__all__ = ["read_facts"]


def read_facts(store: Store, person: str) -> Sequence[SetFact]:
    """Return a person's closed sets, oldest first; days are those of this machine's time zone."""
    query = (
        select(ExerciseSet, Scoring)
        .join(Scoring, Scoring.id == ExerciseSet.scoring_id)
        .join(Patient, Patient.id == ExerciseSet.patient_id)
        .where(Patient.name == person, ExerciseSet.state == "closed")
        .order_by(ExerciseSet.performed_at, ExerciseSet.id)
    )
    held = select(Item.scoring_id, Item.held_s).where(Item.held_s.is_not(None))
    with store.reading() as session:
        longest: dict[int, float] = {}
        for scoring_id, held_s in session.execute(held):
            longest[scoring_id] = max(longest.get(scoring_id, 0.0), held_s or 0.0)
        return [
            SetFact(
                day=row.performed_at.astimezone().date(),
                exercise=row.exercise,
                completed=scoring.completed,
                valid=scoring.valid,
                held_s=longest.get(scoring.id, 0.0),
                pain_before=row.pain_before,
                pain=row.pain,
                side=row.asked_side,
            )
            for row, scoring in session.execute(query)
        ]
