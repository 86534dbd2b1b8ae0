"""YAML text to plain values, each with its place; every problem is told, none is guessed away.

Plain words are read as YAML 1.2 does: only `true` and `false` are yes and no, and `1:30`, `012`, `on` and dates stay
text, which the schema then refuses with their place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

__all__ = ["Mark", "Parsed", "Place", "Problem", "dotted", "parse_yaml"]

Place = tuple[str | int, ...]

MAX_BYTES: Final = 200_000
MAX_DEPTH: Final = 20
_TAG: Final = "tag:yaml.org,2002:"


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    f"{_TAG}str": str,
    f"{_TAG}int": int,
    f"{_TAG}float": _finite,
    f"{_TAG}bool": lambda text: text == "true",
    f"{_TAG}null": lambda _: None,
}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the file: line and column, both from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at a place, in words."""

    mark: Mark
    text: str


@dataclass(slots=True)
class Parsed:
    """Plain values with the places of values and of keys, by path, and what was wrong already."""

    values: Any = None
    marks: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses aliases (they can make a small file huge) and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "write the value out: & and * are not read", event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_WHOLE: Final = "(?:0|[1-9][0-9]*)"
_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", rf"[-+]?{_WHOLE}", "-+0123456789"),
    ("float", rf"[-+]?(?:{_WHOLE}\.[0-9]*|\.[0-9]+|{_WHOLE}(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"^(?:{_pattern})$"), list(_first))


def parse_yaml(content: bytes) -> Parsed:
    """Read the text of one file."""
    parsed = Parsed()
    if len(content) > MAX_BYTES:
        parsed.problems.append(Problem(Mark(), f"must be at most {MAX_BYTES} bytes long, got {len(content)}"))
        return parsed
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        parsed.problems.append(Problem(Mark(line), "must be text in UTF-8; save it as such"))
        return parsed
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        parsed.problems.append(_syntax_problem(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        parsed.problems.append(Problem(Mark(line), "holds a character that no text file should hold; delete it"))
    else:
        if node is not None:
            parsed.values = _value(node, (), parsed)
    return parsed


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    place = error.problem_mark or error.context_mark
    mark = Mark() if place is None else _mark(place)
    words = " ".join(str(error.problem).split())
    if "'\\t'" in words:
        words = "indent with spaces, not with tabs"
    context = f" ({error.context})" if error.context else ""
    return Problem(mark, f"not valid YAML: {words}{context}")


def _mark(place: yaml.Mark) -> Mark:
    return Mark(place.line + 1, place.column + 1)


def _value(node: yaml.Node, path: Place, parsed: Parsed) -> Any:
    parsed.marks[path] = _mark(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, parsed)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), parsed) for i, item in enumerate(node.value)]
    read = _SCALARS.get(node.tag)
    try:
        if read is not None:
            return read(node.value)
    except ValueError:  # `!!int no`, `1e999`
        pass
    kind = node.tag.replace(_TAG, "!!")
    parsed.problems.append(Problem(parsed.marks[path], f"{dotted(path)}: {node.value!r} cannot be read as {kind}"))
    return node.value


def _mapping(node: yaml.MappingNode, path: Place, parsed: Parsed) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        mark = _mark(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            parsed.problems.append(Problem(mark, "a key must be a word"))
            continue
        key = key_node.value
        here = (*path, key)
        if key in values:
            first = parsed.keys[here].line
            parsed.problems.append(Problem(mark, f"{dotted(here)} is given twice, first in line {first}"))
            continue
        parsed.keys[here] = mark
        values[key] = _value(value_node, here, parsed)
    return values


def dotted(path: Place) -> str:
    """Return a path as people write it: ("view", "also", 0) is `view.also[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
