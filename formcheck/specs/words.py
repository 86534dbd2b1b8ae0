"""What pydantic says of a spec, in plain words with the place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from formcheck.specs.locator import nearest
from formcheck.specs.yaml_text import Mark, Parsed, Place, Problem, dotted

__all__ = ["mark_of", "problem_of"]

_UNITS: Final = {"_s": " of seconds", "_deg": " of degrees", "_cm": " of centimetres"}
_MUST: Final = {
    "float_type": "must be a number{unit}",
    "float_parsing": "must be a number{unit}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
    "string_pattern_mismatch": "must be lower-case letters (and _), beginning with a letter",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entry",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
}


def problem_of(error: ErrorDetails, parsed: Parsed, schema: Mapping[str, Any]) -> Problem:
    """Return one of pydantic's errors as a problem of the file; `schema` is the spec's JSON schema."""
    place = _without_tags(error["loc"])
    match error["type"]:
        case "missing":
            return Problem(mark_of(place[:-1], parsed), f"{dotted(place)} is missing{_expected(error['loc'], schema)}")
        case "union_tag_not_found":
            words = f"{dotted(place)}.{_bare(error['ctx']['discriminator'])} is missing; {_one_of_tags(schema, place)}"
            return Problem(mark_of(place, parsed), words)
        case "extra_forbidden":
            guess = _guess(str(place[-1]), list(_properties(error["loc"][:-1], schema)))
            return Problem(parsed.keys[place], f"{dotted(place)} is not a known key; {guess}")
        case "union_tag_invalid":
            place = (*place, _bare(error["ctx"]["discriminator"]))
            tags = _words_in(error["ctx"]["expected_tags"])
            return Problem(mark_of(place, parsed), _choice(place, tags, error["ctx"]["tag"]))
        case "literal_error":
            return Problem(mark_of(place, parsed), _choice(place, _words_in(error["ctx"]["expected"]), error["input"]))
    must = _MUST.get(error["type"])
    words = f"{error['msg'][:1].lower()}{error['msg'][1:]}" if must is None else _filled(must, place, error)
    return Problem(mark_of(place, parsed), f"{dotted(place) or 'the file'} {words}, got {_shown(error['input'])}")


def _filled(must: str, place: Place, error: ErrorDetails) -> str:
    named = [str(part) for part in place if isinstance(part, str) and part != "value"]
    unit = next((unit for ending, unit in _UNITS.items() if named and named[-1].endswith(ending)), "")
    return must.format(unit=unit, **error.get("ctx", {}))


def _without_tags(loc: Place) -> Place:
    """Return where in the file an error is: pydantic also names the kind of movement and of rule on its way."""
    tag_at = {"movement": 1, "rules": 2}.get(str(loc[0])) if loc else None
    parts = [part for i, part in enumerate(loc) if i != tag_at]
    return tuple(part for part in parts if part != "[key]")


def mark_of(place: Place, parsed: Parsed) -> Mark:
    """Return the place of a value, or of the nearest thing around it; of a group of keys, the key it stands under."""
    while place:
        if place in parsed.keys and isinstance(_at(place, parsed.values), dict | list | None):
            return parsed.keys[place]
        if place in parsed.marks:
            return parsed.marks[place]
        place = place[:-1]
    return Mark()


def _at(place: Place, values: Any) -> Any:
    for part in place:
        values = values[part]
    return values


def _choice(place: Place, allowed: list[str], got: Any) -> str:
    near = nearest(str(got), allowed)
    guess = f"; did you mean {near[0]}?" if near else ""
    options = allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
    return f"{dotted(place)} must be {options}, got {_shown(got)}{guess}"


def _guess(word: str, known: list[str]) -> str:
    near = nearest(word, known)
    return f"did you mean {' or '.join(near)}?" if near else f"known here: {', '.join(known)}"


def _bare(quoted: str) -> str:
    return quoted.strip("'")


def _words_in(listed: str) -> list[str]:
    """Return the words of pydantic's "'a', 'b' or 'c'"."""
    return [_bare(word) for part in listed.split(", ") for word in part.split(" or ")]


def _shown(value: Any) -> str:
    """Return a value as a person would say it, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…'"


def _expected(loc: Place, schema: Mapping[str, Any]) -> str:
    words = str(_properties(loc[:-1], schema).get(str(loc[-1]), {}).get("description", ""))
    return f"; {words[:1].lower()}{words[1:].rstrip('.')}" if words else ""


def _one_of_tags(schema: Mapping[str, Any], place: Place) -> str:
    discriminator = _node(place, schema).get("discriminator", {})
    return f"expected one of {', '.join(discriminator.get('mapping', {}))}"


def _properties(loc: Place, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _node(loc, schema).get("properties", {})
    return found


def _node(loc: Place, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Walk the JSON schema along pydantic's location, kinds of movement and rule included."""
    node = _resolved(schema, schema)
    for part in loc:
        node = _resolved(next(_children(node, part), {}), schema)
    return node


def _children(node: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    mapping = node.get("discriminator", {}).get("mapping", {})
    if part in mapping:
        yield {"$ref": mapping[part]}
    if part in node.get("properties", {}):
        yield node["properties"][part]
    yield from node.get("patternProperties", {}).values()
    if isinstance(node.get("additionalProperties"), Mapping):
        yield node["additionalProperties"]
    if "items" in node:
        yield node["items"]


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and of "this or nothing" take this."""
    while "$ref" in node or "anyOf" in node:
        if "anyOf" in node:
            node = next(option for option in node["anyOf"] if option.get("type") != "null")
        else:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node
