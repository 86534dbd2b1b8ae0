"""The plan: stages, what is done in them, and how it goes, as facts."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from formcheck.feedback.words import dose_words
from formcheck.plan import RED_FLAGS, PlannedExercise, plan_path, read_plan, read_status
from formcheck.plan.record import read_facts
from formcheck.specs.loader import load_spec
from formcheck.specs.schema import ExerciseSpec
from formcheck.web.page import Record, render

__all__ = ["router"]

router = APIRouter()


@router.get("/plan")
def show_plan(request: Request, store: Record) -> Response:
    """Show the plan and its facts; the file is edited by hand."""
    if not plan_path().exists():
        return render(request, "plan.html", plan=None, file=str(plan_path()))
    found = read_plan()
    facts = read_facts(store, found.plan.person)
    status = read_status(found.plan, facts, datetime.now(UTC).astimezone().date())
    flags = RED_FLAGS if status.concerns else ()
    planned = {one.exercise for stage in found.plan.stages.values() for one in stage.exercises}
    specs = {exercise: load_spec(exercise).spec for exercise in planned}
    return render(
        request,
        "plan.html",
        plan=found.plan,
        names={exercise: spec.name for exercise, spec in specs.items()},
        dose=lambda one: _dose(one, specs[one.exercise]),
        facts=status,
        flags=flags,
        file=str(found.path),
    )


def _dose(planned: PlannedExercise, spec: ExerciseSpec) -> str:
    """Return the dose: the plan's, and the exercise's where the plan leaves it out."""
    dose, unit = spec.dose, "strides" if spec.movement.kind == "gait" else "reps"
    return dose_words(planned.sets or dose.sets, planned.reps or dose.reps, planned.hold_s or dose.hold_s, unit=unit)
