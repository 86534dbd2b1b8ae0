"""The form of a plan file, schema 1. All numbers are the physio's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["DATE_FORM", "STAGES", "Criterion", "Plan", "PlannedExercise", "StageName", "StagePlan"]

StageName = Literal["settle", "mobilise", "strengthen", "restore dorsiflexion", "build resilience"]
STAGES: tuple[StageName, ...] = get_args(StageName)
DATE_FORM = r"\d{4}-\d{2}-\d{2}"
PlanSide = Literal["left", "right", "both"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PlannedExercise(_Strict):
    """One exercise of a session. What is left out is taken from the exercise's spec.

    `limits` are the physio's own, by rule of the spec; `choice` one of the ways of doing it that the spec offers.
    """

    exercise: str
    sides: tuple[PlanSide, ...] = Field(default=("both",), min_length=1)
    sets: int | None = Field(default=None, ge=1, le=20)
    reps: int | None = Field(default=None, ge=1, le=500)
    hold_s: float | None = Field(default=None, gt=0, le=3600)
    rest_s: float = Field(default=60.0, ge=0, le=1800)
    choice: str | None = None
    limits: dict[str, float] = Field(default_factory=dict)
    note: str = ""


class Criterion(_Strict):
    """What should be seen before the next stage, in the last `sessions` sessions. Stated as a fact, never acted on."""

    exercise: str | None = None
    sessions: int = Field(default=3, ge=1, le=60)
    reps: int | None = Field(default=None, ge=1, le=500)
    held_s: float | None = Field(default=None, gt=0, le=3600)
    pain_at_most: int | None = Field(default=None, ge=0, le=10)


class StagePlan(_Strict):
    """What is done in a stage, how many times a week, and what should be seen before the next one."""

    per_week: int = Field(ge=1, le=21)
    exercises: tuple[PlannedExercise, ...] = Field(min_length=1)
    next_when: tuple[Criterion, ...] = ()


class Plan(_Strict):
    """A person's plan. `stage` is in force; only the physio moves it. `pain_limit` is the agreed level, 0–10."""

    schema_: Literal[1] = Field(alias="schema")
    person: str = Field(min_length=1, max_length=120)
    made_by: str = Field(min_length=1, max_length=120)
    begins: Annotated[str, Field(pattern=f"^{DATE_FORM}$", description="A date like 2026-11-24.")]
    stage: StageName
    pain_limit: int = Field(ge=0, le=10)
    stages: dict[StageName, StagePlan] = Field(min_length=1)
    note: str = ""

    @property
    def begins_on(self) -> date:
        """The first day."""
        return date.fromisoformat(self.begins)

    @property
    def now(self) -> StagePlan:
        """The stage in force."""
        return self.stages[self.stage]
