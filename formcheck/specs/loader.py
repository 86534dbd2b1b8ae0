"""Read exercise spec files; tell every problem of a file at once, each with its line and column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from formcheck.errors import SpecError
from formcheck.specs.checks import broken_rules_of_sense
from formcheck.specs.locator import find_spec_files, spec_path
from formcheck.specs.schema import ExerciseSpec
from formcheck.specs.words import mark_of, problem_of
from formcheck.specs.yaml_text import Parsed, Problem, parse_yaml

__all__ = ["SCHEMA", "SpecFile", "list_specs", "load_spec", "parse_spec", "read_spec", "spec_schema"]

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A valid spec, the file it came from, and the SHA-256 of the file's bytes."""

    path: Path
    sha256: str
    spec: ExerciseSpec


def load_spec(id_or_path: str | Path) -> SpecFile:
    """Return the spec of an exercise, by its id or by the path of its file. Raises SpecError."""
    return read_spec(spec_path(id_or_path))


def list_specs() -> tuple[SpecFile, ...]:
    """Return all specs that can be found, in the order of their ids. Raises SpecError where one is wrong."""
    return tuple(read_spec(path) for path in find_spec_files().values())


def read_spec(path: Path) -> SpecFile:
    """Read one file. Raises SpecError with one line for each problem: `file:line:column: what`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SpecError(f"{path}: the exercise spec cannot be read ({error.strerror}); check the name") from error
    return parse_spec(content, path)


def parse_spec(content: bytes, path: Path) -> SpecFile:
    """Return the spec in a file's bytes; `path` is what it is called in messages. Raises SpecError as `read_spec`."""
    parsed = parse_yaml(content)
    spec, problems = _validated(parsed, path.stem)
    if spec is None or problems:
        lines = dict.fromkeys(f"{path}:{p.mark.line}:{p.mark.column}: {p.text}" for p in sorted(problems))
        raise SpecError("\n".join(lines))
    return SpecFile(path, hashlib.sha256(content).hexdigest(), spec)


def _validated(parsed: Parsed, stem: str) -> tuple[ExerciseSpec | None, list[Problem]]:
    """Return the spec, if its form is right, and all problems."""
    problems = list(parsed.problems)
    if parsed.values is None and problems:
        return None, problems
    if isinstance(parsed.values, dict) and _is_newer(parsed.values.get("schema")):
        words = f"schema must be {SCHEMA}, got {parsed.values['schema']}; the file was written for a newer formcheck"
        return None, [Problem(mark_of(("schema",), parsed), words)]
    problems += _problems_of_sense(parsed, stem)
    try:
        # As JSON, so that a list stands for a tuple; strict, so that no text is taken for a number.
        spec = ExerciseSpec.model_validate_json(json.dumps(parsed.values))
    except ValidationError as error:
        return None, problems + [problem_of(one, parsed, spec_schema()) for one in error.errors()]
    return spec, problems


def _is_newer(schema: Any) -> bool:
    return isinstance(schema, int) and schema > SCHEMA


def _problems_of_sense(parsed: Parsed, stem: str) -> Iterator[Problem]:
    for place, text in broken_rules_of_sense(parsed.values, stem):
        yield Problem(mark_of(place, parsed), text)


@cache
def spec_schema() -> dict[str, Any]:
    """Return the JSON schema of spec files, for editors that complete and check while typing."""
    return ExerciseSpec.model_json_schema()
