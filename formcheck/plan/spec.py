"""An exercise as planned for one person: its spec with the plan's dose and the physio's own limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from formcheck.errors import PlanError
from formcheck.plan.form import Plan, PlannedExercise
from formcheck.specs.loader import SpecFile, load_spec, parse_spec
from formcheck.whole_files import make_private, write_text

__all__ = ["planned_spec"]

_LIMITS: Final = ("limit", "fault", "period_s")


def planned_spec(plan: Plan, planned: PlannedExercise, folder: Path) -> SpecFile:
    """Return the spec to practise by; where the plan changes it, the changed one is written into `folder`.

    The record keeps a set's spec with it, so that what a person was judged by can be read later.
    """
    file = load_spec(planned.exercise)
    if not _changes(planned):
        return file
    values = yaml.safe_load(file.path.read_text(encoding="utf-8"))
    whose = f"the plan of {plan.person}, made by {plan.made_by}"
    for key in ("sets", "reps", "hold_s"):
        if getattr(planned, key) is not None:
            values["dose"][key] = getattr(planned, key)
            values["dose"]["source"] = whose
    for rule, limit in planned.limits.items():
        _number_of(values, planned.exercise, rule).update(value=limit, source=whose)
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)
    target = folder / f"{planned.exercise}.yaml"
    parsed = parse_spec(text.encode(), target)
    make_private(folder)
    write_text(target, text, private=True)
    return parsed


def _changes(planned: PlannedExercise) -> bool:
    return bool(planned.limits) or any(getattr(planned, key) is not None for key in ("sets", "reps", "hold_s"))


def _number_of(values: dict[str, Any], exercise: str, rule: str) -> dict[str, Any]:
    """Return the limit of a rule, with its source."""
    rules: dict[str, dict[str, dict[str, Any]]] = values["rules"]
    for key in _LIMITS:
        if key in rules.get(rule, {}):
            return rules[rule][key]
    raise PlanError(f"{exercise} has no limit for {rule!r}; its rules: {', '.join(rules)}")
