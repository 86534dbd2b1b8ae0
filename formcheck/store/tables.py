"""The tables of the record. Times are UTC; a number that was not seen is NULL; JSON holds plain values only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["Base", "ExerciseSet", "Finding", "Item", "Patient", "PersonSpec", "Problem", "Review", "Scoring", "Spec"]

UID_LENGTH: Final = 32


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, also where the database keeps no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC; SQLite keeps it without the zone."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_uid() -> str:
    """Return a name that no other machine gives: what export and import know a row by."""
    return uuid4().hex


class Base(DeclarativeBase):
    """What all tables share: names for constraints, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[str]: JSON, float: Float(53)}  # noqa: RUF012


class Patient(Base):
    """Somebody who exercises. `name` is what the user calls them, and is exported only when asked."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(UID_LENGTH), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(120), default="")
    stature_cm: Mapped[float | None]
    made_at: Mapped[datetime]


class Spec(Base):
    """The text of an exercise spec as it was when somebody was judged by it."""

    __tablename__ = "spec"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    exercise: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


class PersonSpec(Base):
    """A spec made for one person; the latest one holds, the earlier ones stay."""

    __tablename__ = "person_spec"
    __table_args__ = (
        Index("ix_person_spec_patient", "patient_id", "exercise", "id"),
        Index("ix_person_spec_spec", "spec_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    exercise: Mapped[str] = mapped_column(String(80))
    spec_sha256: Mapped[str] = mapped_column(ForeignKey("spec.sha256"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(Text)


class ExerciseSet(Base):
    """One set: who, what, when, the files kept, what the person said. `scoring_id` is the scoring in force."""

    __tablename__ = "exercise_set"
    __table_args__ = (
        Index("ix_exercise_set_when", "performed_at", "id"),
        Index("ix_exercise_set_patient", "patient_id", "performed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(UID_LENGTH), unique=True, default=new_uid)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    exercise: Mapped[str] = mapped_column(String(80))
    performed_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    asked_side: Mapped[str | None] = mapped_column(String(8))
    asked_stature_cm: Mapped[float | None]
    scoring_id: Mapped[int | None]
    source_name: Mapped[str] = mapped_column(String(255), default="")
    duration_s: Mapped[float | None]
    frames: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    recording_sha256: Mapped[str | None] = mapped_column(String(64))
    clip_sha256: Mapped[str | None] = mapped_column(String(64))
    metronome: Mapped[bool] = mapped_column(default=False)
    pain_before: Mapped[int | None]
    pain: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Scoring(Base):
    """What the machine made of a set with one spec and one version. A set scored again gets another."""

    __tablename__ = "scoring"
    __table_args__ = (Index("ix_scoring_set", "set_id"), Index("ix_scoring_spec", "spec_sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"))
    spec_sha256: Mapped[str] = mapped_column(ForeignKey("spec.sha256"))
    made_at: Mapped[datetime]
    formcheck: Mapped[str] = mapped_column(String(40))
    model_sha256: Mapped[str] = mapped_column(String(64))
    backend: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[str]]
    completed: Mapped[int] = mapped_column(default=0)
    valid: Mapped[int] = mapped_column(default=0)
    flagged: Mapped[int] = mapped_column(default=0)
    cannot_judge: Mapped[int] = mapped_column(default=0)
    tracked_fraction: Mapped[float | None]
    view: Mapped[str | None] = mapped_column(String(8))
    azimuth_deg: Mapped[float | None]
    near_side: Mapped[str] = mapped_column(String(8), default="both")
    cm_per_px: Mapped[float | None]
    stature_cm: Mapped[float | None]
    stature_assumed: Mapped[bool] = mapped_column(default=True)
    limits: Mapped[dict[str, Any]]
    best: Mapped[dict[str, Any]]
    """Per measure the largest excursion of the set (with its standard deviation): what is drawn over weeks."""
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What belongs to the whole set, by name with unit: the cadence of a walk."""


class Item(Base):
    """One rep or hold of a scoring.

    `root_id` is the item it takes the place of after a new scoring (itself at first): reviews stay with it.
    `unresolved` and `severity` order the review queue; `patient_id` and `exercise` repeat the set's for its index.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("scoring_id", "kind", "number", name="uq_item_number"),
        Index("ix_item_root", "root_id"),
        Index("ix_item_patient", "patient_id"),
        Index("ix_item_queue", "unresolved", "patient_id", "exercise", "severity", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scoring_id: Mapped[int] = mapped_column(ForeignKey("scoring.id", ondelete="CASCADE"))
    root_id: Mapped[int | None]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    exercise: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(4))
    number: Mapped[int]
    side: Mapped[str] = mapped_column(String(8))
    start_s: Mapped[float]
    peak_s: Mapped[float | None]
    end_s: Mapped[float]
    held_s: Mapped[float | None]
    target_s: Mapped[float | None]
    reached: Mapped[bool | None]
    verdict: Mapped[str] = mapped_column(String(12))
    peak: Mapped[dict[str, Any]]
    not_judged: Mapped[dict[str, Any]]
    unresolved: Mapped[bool] = mapped_column(default=False)
    severity: Mapped[float] = mapped_column(default=0.0)


class Finding(Base):
    """A fault, or something near its limit (`level` watch), of an item; of the whole set where `item_id` is NULL."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_item", "item_id"), Index("ix_finding_scoring", "scoring_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    scoring_id: Mapped[int] = mapped_column(ForeignKey("scoring.id", ondelete="CASCADE"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(8))
    rule: Mapped[str] = mapped_column(String(80))
    measure: Mapped[str] = mapped_column(String(80))
    value: Mapped[float | None]
    sd: Mapped[float | None]
    limit: Mapped[float | None]
    text: Mapped[str] = mapped_column(Text)
    time_s: Mapped[float | None]


class Problem(Base):
    """What kept formcheck from judging, and for how long."""

    __tablename__ = "setup_problem"
    __table_args__ = (Index("ix_setup_problem_scoring", "scoring_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scoring_id: Mapped[int] = mapped_column(ForeignKey("scoring.id", ondelete="CASCADE"))
    problem: Mapped[str] = mapped_column(String(80))
    start_s: Mapped[float]
    end_s: Mapped[float]
    text: Mapped[str] = mapped_column(Text)


class Review(Base):
    """What a reviewer said of one rule in one item, beside what the machine had said. Rows are only ever added.

    `verdict` is fault, no_fault, cannot_tell or withdrawn; `current` marks a reviewer's latest word that stands.
    `rule` is empty where the machine could not judge the item.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_root", "root_id"),
        Index("ix_review_item", "item_id"),
        Index("ix_review_agreement", "current", "exercise", "rule", "machine", "verdict"),
        Index("ix_review_patient", "patient_id", "current", "exercise", "rule", "machine", "verdict"),
        Index("ix_review_reviewer", "reviewer", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(UID_LENGTH), unique=True, default=new_uid)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    root_id: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    exercise: Mapped[str] = mapped_column(String(80))
    rule: Mapped[str] = mapped_column(String(80))
    machine: Mapped[str] = mapped_column(String(12))
    value: Mapped[float | None]
    limit: Mapped[float | None]
    reviewer: Mapped[str] = mapped_column(String(120))
    verdict: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    current: Mapped[bool] = mapped_column(default=True)
