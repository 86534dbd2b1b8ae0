"""Sets as lists show them: one line each, with what its standing scoring came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from formcheck.model import Counts
from formcheck.store.rows import counts_of
from formcheck.store.tables import ExerciseSet, Item, Patient, Scoring

__all__ = ["SetSummary", "summaries", "summary_of"]


@dataclass(frozen=True, slots=True)
class SetSummary:
    """One line of the list of sets. `state` is open while a set is going on, or where formcheck was stopped in it.

    `summary` is what belongs to the whole set, by name with unit; `short` counts holds without fault that were let go
    before their time.
    """

    id: int
    uid: str
    patient_id: int
    person: str
    exercise: str
    performed_at: datetime
    origin: str
    state: str
    duration_s: float | None
    counts: Counts
    summary: dict[str, float | None]
    spec_sha256: str
    pain_before: int | None
    pain: int | None
    metronome: bool
    short: int
    has_recording: bool
    has_clip: bool


def summaries() -> Select[ExerciseSet, Scoring, str, int]:
    """Ask for what `summary_of` takes, of every set."""
    short = (
        select(func.count())
        .where(
            Item.scoring_id == Scoring.id,
            Item.reached.is_(False),
            Item.target_s > 0,
            Item.verdict.in_(("ok", "watch")),
        )
        .scalar_subquery()
    )
    return (
        select(ExerciseSet, Scoring, Patient.name, short)
        .join(Scoring, Scoring.id == ExerciseSet.scoring_id)
        .join(Patient, Patient.id == ExerciseSet.patient_id)
    )


def summary_of(row: ExerciseSet, scoring: Scoring, person: str, short: int) -> SetSummary:
    """Return the summary of a set from its rows; `short` is as in SetSummary."""
    return SetSummary(
        id=row.id,
        uid=row.uid,
        patient_id=row.patient_id,
        person=person,
        exercise=row.exercise,
        performed_at=row.performed_at,
        origin=row.origin,
        state=row.state,
        duration_s=row.duration_s,
        counts=counts_of(scoring),
        summary=scoring.summary,
        spec_sha256=scoring.spec_sha256,
        pain_before=row.pain_before,
        pain=row.pain,
        metronome=row.metronome,
        short=short,
        has_recording=row.recording_sha256 is not None,
        has_clip=row.clip_sha256 is not None,
    )
