"""`formcheck specs`: the exercises there are, and whether a spec file is right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from formcheck.cli.frame import problem, show, show_text
from formcheck.errors import SpecError

if TYPE_CHECKING:
    from formcheck.specs.loader import SpecFile
    from formcheck.specs.schema import GaitMovement, GuidedMovement, HoldMovement, RepMovement

__all__ = ["specs"]

specs = typer.Typer(no_args_is_help=True, help="The exercises, and whether a spec file is right.")


@specs.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for machines.")] = False,
) -> None:
    """List the exercises: your own and those that ship. A view of none: guided, no camera is needed."""
    from formcheck.specs.loader import read_spec
    from formcheck.specs.locator import find_spec_files

    files: list[SpecFile] = []
    failed = False
    for path in find_spec_files().values():
        try:
            files.append(read_spec(path))
        except SpecError as error:
            problem(error)
            failed = True
    if as_json:
        show_text(json.dumps([_as_json(file) for file in files], indent=2, ensure_ascii=False) + "\n")
    else:
        _show_table(files)
    if failed:
        raise typer.Exit(1)


def _show_table(files: Sequence[SpecFile]) -> None:
    """Show a line an exercise; the files of one's own are named below it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("name", overflow="fold")
    for heading in ("dose", "view"):
        table.add_column(heading, no_wrap=True)
    for file in files:
        table.add_row(file.spec.id, Text(file.spec.name), _dose(file), _view(file))
    show(table)
    own = [file for file in files if _is_own(file.path)]
    if own:
        show_text("\n".join(["Your own:", *(f"  {file.spec.id}  {file.path}" for file in own), ""]))


@specs.command("show")
def show_one(
    exercise: Annotated[str, typer.Argument(metavar="ID|FILE", help="Its id, or a spec file.")],
) -> None:
    """Show how an exercise is done, what is judged and where each number comes from."""
    from formcheck.specs.loader import load_spec

    show_text(_described(load_spec(exercise)))


@specs.command("check")
def check(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Default: all there are.")] = None,
) -> None:
    """Check spec files; tell every problem with its line and column."""
    from formcheck.specs.loader import read_spec
    from formcheck.specs.locator import find_spec_files

    failed = False
    for path in files or find_spec_files().values():
        try:
            read_spec(path)
        except SpecError as error:
            problem(error)
            failed = True
        else:
            show_text(f"{path}: ok\n")
    if failed:
        raise typer.Exit(1)


@specs.command("schema")
def schema() -> None:
    """Print the JSON schema of spec files, for editors that check while you type."""
    from formcheck.specs.loader import spec_schema

    show_text(json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n")


def _dose(file: SpecFile) -> str:
    from formcheck.feedback.words import dose_words

    dose, unit = file.spec.dose, "strides" if file.spec.movement.kind == "gait" else "reps"
    return dose_words(dose.sets, dose.reps, dose.hold_s, unit=unit)


def _view(file: SpecFile) -> str:
    return "none" if file.spec.movement.kind == "guided" else file.spec.view.asks


def _is_own(path: Path) -> bool:
    from formcheck.specs.locator import shipped_folder

    return path.parent != shipped_folder()


def _as_json(file: SpecFile) -> dict[str, Any]:
    spec = file.spec
    dose = spec.dose.model_dump(exclude={"source"}, exclude_none=True)
    guided = spec.movement.kind == "guided"
    return {
        "id": spec.id,
        "name": spec.name,
        "stage": spec.stage,
        "kind": spec.movement.kind,
        "view": None if guided else spec.view.asks,
        "dose": dose,
        "path": str(file.path),
        "sha256": file.sha256,
    }


def _described(file: SpecFile) -> str:
    spec = file.spec
    lines = [f"{spec.name} ({spec.id})", f"{_dose(file)} [{spec.dose.source}]; stage: {spec.stage}", ""]
    lines += [f"  {i}. {step}" for i, step in enumerate(spec.instructions, 1)]
    lines += ["", spec.view.placement, "", *(["Judged:"] if spec.rules else [])]
    for name, rule in spec.rules.items():
        numbers = rule.model_dump()
        lines.append(f"  {name}, seen from {' or '.join(rule.views)}: {_sentence(rule.text, numbers)}")
        lines += [f"      said aloud: {rule.cue}", *_cited(numbers)]
    cited = _cited(spec.movement.model_dump())
    lines += ["", f"{_read_from(spec.movement)}{':' if cited else '.'}", *cited]
    if spec.not_judged:
        lines += ["", "Not judged:", *(f"  - {line}" for line in spec.not_judged)]
    return "\n".join([*lines, "", str(file.path), f"SHA-256 {file.sha256}", ""])


def _read_from(movement: RepMovement | HoldMovement | GaitMovement | GuidedMovement) -> str:
    match movement.kind:
        case "guided":
            pace = ", ".join(f"“{beat.say}” {beat.seconds:g} s" for beat in movement.pace)
            return f"Not measured: paced ({pace or 'held'}) and timed, and confirmed by you"
        case "gait":
            return "Strides, read from heels and hips"
        case _:
            return f"Movement, read from {movement.measure}"


def _cited(numbers: Mapping[str, Any]) -> list[str]:
    """Return a line for each number that has a source."""
    cited = {key: value for key, value in numbers.items() if isinstance(value, Mapping)}
    return [f"      {key} {value['value']:g} [{value['source']}]" for key, value in cited.items()]


def _sentence(text: str, numbers: Mapping[str, Any]) -> str:
    """Return a rule's sentence with its limit filled in and dots for what will have been measured."""
    limit = next(numbers[key]["value"] for key in ("limit", "fault", "period_s") if numbers.get(key))
    shown = {"limit": f"{limit:g}", "limit_percent": f"{100 * limit:g}"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: shown.get(found[1], "…"), text)
