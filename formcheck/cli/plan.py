"""`formcheck plan`: who does what, how often, in which stage, and how it goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.cli.frame import chatter, show_text

if TYPE_CHECKING:
    from formcheck.plan import Plan, PlanStatus, Task
    from formcheck.specs.schema import ExerciseSpec

__all__ = ["plan"]

plan = typer.Typer(no_args_is_help=True, help="The plan: write, check and show it, and see how it goes.")

File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="Default: the plan in your data folder.", show_default=False)
]


@plan.command("new")
def new(file: File = None) -> None:
    """Write a plan to begin with, for the physio to edit; nothing is overwritten."""
    from importlib.resources import files

    from formcheck.errors import OutputError
    from formcheck.plan import plan_path
    from formcheck.whole_files import make_private, write_text

    target = plan_path() if file is None else file
    if target.exists():
        raise OutputError(f"{target}: there is a plan already; edit it, or name another file")
    make_private(target.parent)
    text = files("formcheck.plan").joinpath("template.yaml").read_text(encoding="utf-8")
    write_text(target, text.replace("{begins}", _today().isoformat()), private=True)
    chatter(f"{target}: written; edit it, then `formcheck plan check`")


@plan.command("check")
def check(file: File = None) -> None:
    """Check a plan; tell every problem with its line and column."""
    from formcheck.plan import read_plan

    show_text(f"{read_plan(file).path}: ok\n")


@plan.command("show")
def show_plan(file: File = None) -> None:
    """Show the whole plan: stages, exercises, doses, limits and criteria."""
    from formcheck.plan import read_plan

    found = read_plan(file)
    show_text("\n".join([*_described(found.plan), "", str(found.path), ""]))


@plan.command("today")
def today(file: File = None) -> None:
    """Show today's session in its order, with rests and changes of side, and what of it is in the record."""
    from contextlib import closing

    from formcheck.plan import done_tasks, read_plan, tasks_of
    from formcheck.plan.record import read_facts
    from formcheck.store import open_store

    found = read_plan(file).plan
    tasks = tasks_of(found, _specs(found))
    with closing(open_store()) as store:
        done = done_tasks(tasks, [one for one in read_facts(store, found.person) if one.day == _today()])
    asked = sum(task.kind == "exercise" for task in tasks)
    head = f"{found.person}, {found.stage}{f' ({sum(done)} of {asked} done today)' if any(done) else ''}:"
    show_text("\n".join([head, *map(_task, tasks, done), ""]))


@plan.command("status")
def status(
    file: File = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for machines.")] = False,
) -> None:
    """Show what was done, pain, and the criteria of the next stage, as facts. The stage is moved by the physio only."""
    from contextlib import closing

    from formcheck.plan import read_plan, read_status
    from formcheck.plan.record import read_facts
    from formcheck.store import open_store

    found = read_plan(file).plan
    with closing(open_store()) as store:
        facts = read_status(found, read_facts(store, found.person), _today())
    if as_json:
        show_text(json.dumps(asdict(facts), indent=2, ensure_ascii=False, default=str) + "\n")
    else:
        show_text("\n".join([*_told(found, facts), ""]))


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _specs(found: Plan) -> dict[str, ExerciseSpec]:
    from formcheck.specs.loader import load_spec

    return {one.exercise: load_spec(one.exercise).spec for one in found.now.exercises}


def _described(found: Plan) -> Iterator[str]:
    yield f"Plan of {found.person}, made by {found.made_by}, begins {found.begins}"
    yield f"Stage in force: {found.stage}; pain limit {found.pain_limit} of 10"
    for name, stage in found.stages.items():
        yield f"\n{name}{' (in force)' if name == found.stage else ''}: {stage.per_week} sessions a week"
        for one in stage.exercises:
            given = one.model_dump(exclude={"exercise", "sides"}, exclude_defaults=True)
            details = [" and ".join(one.sides), *(f"{key} {_plain(value)}" for key, value in given.items())]
            yield f"  - {one.exercise}: {', '.join(details)}"
        for criterion in stage.next_when:
            asked = criterion.model_dump(exclude_none=True)
            yield f"  next stage when: {', '.join(f'{key} {_plain(value)}' for key, value in asked.items())}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {number:g}" for key, number in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _task(task: Task, done: bool) -> str:
    from formcheck.feedback.words import dose_words

    if task.kind != "exercise":
        return f"      {task.words}"
    dose = dose_words(1, task.reps, task.hold_s, unit=task.unit)
    guided = "  [guided: not measured]" if task.guided else ""
    return f"  - {task.words} {dose}{guided}{'  [done today]' if done else ''}"


def _told(found: Plan, facts: PlanStatus) -> Iterator[str]:
    from formcheck.plan import RED_FLAGS

    yield f"{found.person}: stage {facts.stage}, pain limit {found.pain_limit} of 10"
    for week in facts.weeks[-8:]:
        yield f"  week of {week.begins}: {week.whole} of {week.asked} sessions whole, {week.begun} begun"
    for session in facts.sessions[-8:]:
        pairs = session.sittings or ((session.pain_before, session.pain),)
        pain = "; ".join(f"pain {_pain(before)} before, {_pain(after)} after" for before, after in pairs)
        yield f"  {session.day}: {session.done} of {session.asked} exercises, {pain}"
    if facts.criteria:
        yield "Criteria of the next stage (facts; your physio decides):"
        yield from (f"  {'seen' if one.seen else 'not yet'}: {one.words}" for one in facts.criteria)
    if facts.concerns:
        yield from (*facts.concerns, *RED_FLAGS)


def _pain(value: int | None) -> str:
    return "not asked" if value is None else str(value)
