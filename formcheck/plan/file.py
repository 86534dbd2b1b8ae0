"""Read a plan file; tell every problem at once, each with its line and column."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import platformdirs
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from formcheck.errors import PlanError, SpecError
from formcheck.plan.form import DATE_FORM, STAGES, Plan
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
    values = parsed.values if isinstance(parsed.values, dict) else {}
    problems += [Problem(mark_of(place, parsed), text) for place, text in _what_does_not_fit(values)]
    try:
        plan = Plan.model_validate_json(json.dumps(parsed.values))
    except ValidationError as error:
        return None, problems + [_problem(one, parsed) for one in error.errors()]
    return plan, problems


def _problem(error: ErrorDetails, parsed: Parsed) -> Problem:
    """Return one of pydantic's errors as a problem of the file."""
    if error["loc"] == ("begins",) and error["type"] != "missing":
        return Problem(mark_of(("begins",), parsed), f"begins must be a date as 2026-11-24, got {error['input']!r}")
    return problem_of(error, parsed, Plan.model_json_schema())


def _what_does_not_fit(values: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield what makes no sense. Values may be of a wrong form, which is told elsewhere: no mistake hides others."""
    begins, stage, stages = values.get("begins"), values.get("stage"), _mapping(values.get("stages"))
    if isinstance(begins, str) and re.fullmatch(DATE_FORM, begins) and not _is_day(begins):
        yield ("begins",), f"begins must be a day of the calendar, got {begins!r}"
    if stage in STAGES and stage not in stages:
        yield ("stage",), f"stage must be one of those under stages ({', '.join(stages)}), got {stage!r}"
    for name in stages:
        for k, planned in _entries(_mapping(stages[name]).get("exercises")):
            place: Place = ("stages", name, "exercises", k)
            spec = yield from _known(place, planned.get("exercise"))
            if spec is not None:
                yield from _check_planned(place, spec, planned)
        for k, criterion in _entries(_mapping(stages[name]).get("next_when")):
            yield from _check_criterion(("stages", name, "next_when", k), criterion)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield those entries of a list that hold keys and values, with their places."""
    if isinstance(value, list):
        yield from ((k, entry) for k, entry in enumerate(value) if isinstance(entry, dict))


def _known(place: Place, exercise: Any) -> Generator[tuple[Place, str], None, ExerciseSpec | None]:
    """Return the exercise's spec; yield what is wrong where there is none."""
    if not isinstance(exercise, str):
        return None
    try:
        return load_spec(exercise).spec
    except SpecError as error:
        yield (*place, "exercise"), str(error).splitlines()[0]
        return None


def _check_planned(place: Place, spec: ExerciseSpec, planned: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for rule in _mapping(planned.get("limits")):
        if rule not in spec.rules:
            known = ", ".join(spec.rules) or "it has none"
            yield (*place, "limits", rule), f"{spec.id} has no rule {rule!r}; its rules: {known}"
    choice = planned.get("choice")
    if isinstance(choice, str) and choice not in spec.choices:
        known = ", ".join(spec.choices) or "it offers none"
        yield (*place, "choice"), f"{spec.id} offers no {choice!r}; choices: {known}"
    for key in ("reps", "hold_s"):
        if planned.get(key) is not None and getattr(spec.dose, key) is None:
            yield (*place, key), f"{dotted((*place, key))} must be left out; {spec.id} has no such dose"


def _check_criterion(place: Place, criterion: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    asked = [key for key in ("reps", "held_s", "pain_at_most") if criterion.get(key) is not None]
    if not asked:
        yield place, f"{dotted(place)} must ask for reps, held_s or pain_at_most"
    if criterion.get("exercise") is None:
        if {"reps", "held_s"} & set(asked):
            yield place, f"{dotted(place)}.exercise is missing; reps and held_s belong to one"
        return
    spec = yield from _known(place, criterion["exercise"])
    if spec is not None and spec.movement.kind == "guided" and {"reps", "held_s"} & set(asked):
        yield (*place, "exercise"), f"nothing of {spec.id} is measured, so it can be no criterion"
