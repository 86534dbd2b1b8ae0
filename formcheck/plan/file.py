"""Read a plan file; tell every problem at once, each with its line and column."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import platformdirs
from pydantic import ValidationError

from formcheck.errors import PlanError, SpecError
from formcheck.plan.form import Plan
from formcheck.specs.loader import load_spec
from formcheck.specs.schema import ExerciseSpec
from formcheck.specs.words import mark_of, problem_of
from formcheck.specs.yaml_text import Parsed, Place, Problem, dotted, parse_yaml

__all__ = ["PLAN_VARIABLE", "PlanFile", "parse_plan", "plan_path", "read_plan"]

PLAN_VARIABLE: Final = "FORMCHECK_PLAN"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A valid plan and where it stands."""

    path: Path
    plan: Plan


def plan_path() -> Path:
    """Return where the plan is: `FORMCHECK_PLAN`, else a file in the user's data folder."""
    named = os.environ.get(PLAN_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("formcheck", appauthor=False) / "plan.yaml"


def read_plan(path: Path | None = None) -> PlanFile:
    """Read a plan. Raises PlanError with one line for each problem: `file:line:column: what`."""
    path = plan_path() if path is None else path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"{path}: no plan can be read there ({error.strerror}); `formcheck plan new` writes one to begin with"
        ) from error
    return parse_plan(content, path)


def parse_plan(content: bytes, path: Path) -> PlanFile:
    """Return the plan in a file's bytes; `path` is what it is called in messages. Raises PlanError."""
    parsed = parse_yaml(content)
    plan, problems = _validated(parsed)
    if plan is None or problems:
        lines = dict.fromkeys(f"{path}:{p.mark.line}:{p.mark.column}: {p.text}" for p in sorted(problems))
        raise PlanError("\n".join(lines))
    return PlanFile(path, plan)


def _validated(parsed: Parsed) -> tuple[Plan | None, list[Problem]]:
    problems = list(parsed.problems)
    if parsed.values is None and problems:
        return None, problems
    try:
        plan = Plan.model_validate_json(json.dumps(parsed.values))
    except ValidationError as error:
        return None, problems + [problem_of(one, parsed, Plan.model_json_schema()) for one in error.errors()]
    return plan, problems + [Problem(mark_of(place, parsed), text) for place, text in _what_does_not_fit(plan)]


def _what_does_not_fit(plan: Plan) -> Iterator[tuple[Place, str]]:
    try:
        date.fromisoformat(plan.begins)
    except ValueError:
        yield ("begins",), f"begins must be a day of the calendar, got {plan.begins!r}"
    if plan.stage not in plan.stages:
        yield ("stage",), f"stage must be one of those under stages ({', '.join(plan.stages)}), got {plan.stage!r}"
    for name, stage in plan.stages.items():
        for k, planned in enumerate(stage.exercises):
            place: Place = ("stages", name, "exercises", k)
            spec = yield from _known(place, planned.exercise)
            if spec is not None:
                yield from _check_planned(place, spec, planned.model_dump())
        for k, criterion in enumerate(stage.next_when):
            yield from _check_criterion(("stages", name, "next_when", k), criterion.model_dump())


def _known(place: Place, exercise: str) -> Generator[tuple[Place, str], None, ExerciseSpec | None]:
    """Return the exercise's spec; yield what is wrong where there is none."""
    try:
        return load_spec(exercise).spec
    except SpecError as error:
        yield (*place, "exercise"), str(error).splitlines()[0]
        return None


def _check_planned(place: Place, spec: ExerciseSpec, planned: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for rule in planned["limits"]:
        if rule not in spec.rules:
            known = ", ".join(spec.rules) or "it has none"
            yield (*place, "limits", rule), f"{spec.id} has no rule {rule!r}; its rules: {known}"
    if planned["choice"] is not None and planned["choice"] not in spec.choices:
        known = ", ".join(spec.choices) or "it offers none"
        yield (*place, "choice"), f"{spec.id} offers no {planned['choice']!r}; choices: {known}"
    for key in ("reps", "hold_s"):
        if planned[key] is not None and getattr(spec.dose, key) is None:
            yield (*place, key), f"{dotted((*place, key))} must be left out; {spec.id} has no such dose"


def _check_criterion(place: Place, criterion: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    asked = [key for key in ("reps", "held_s", "pain_at_most") if criterion[key] is not None]
    if not asked:
        yield place, f"{dotted(place)} must ask for reps, held_s or pain_at_most"
    if criterion["exercise"] is None:
        if {"reps", "held_s"} & set(asked):
            yield place, f"{dotted(place)}.exercise is missing; reps and held_s belong to one"
        return
    spec = yield from _known(place, criterion["exercise"])
    if spec is not None and spec.movement.kind == "guided" and {"reps", "held_s"} & set(asked):
        yield (*place, "exercise"), f"nothing of {spec.id} is measured, so it can be no criterion"
