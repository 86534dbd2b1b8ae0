"""What must be true of a spec beyond its form. Each check takes plain values that may be wrong or absent elsewhere."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formcheck.measures.names import MEASURES, MOVEMENT_MEASURES, readable_in
from formcheck.specs.yaml_text import Place, dotted

__all__ = ["broken_rules_of_sense"]

Found = tuple[Place, str]
"""Where, and what is wrong there."""

TEXT_FIELDS: Final = ("value", "limit", "percent", "limit_percent")
_TEXT_FORMAT: Final = re.compile(r"\+?(?:\.\d)?f?")
_SHARES: Final[Mapping[str, tuple[str, ...]]] = {
    "below_own_best": ("watch", "fault"),
    "fades": ("limit",),
    "not_returned": ("limit",),
    "uneven": ("limit",),
}
_DEFAULT_VIEWS: Final = ("side", "oblique")


def broken_rules_of_sense(values: Any, stem: str) -> Iterator[Found]:
    """Yield what does not fit together in the spec of the file named `stem`."""
    spec = _group(values)
    if isinstance(spec.get("id"), str) and spec["id"] != stem:
        yield ("id",), f"id must be the file's name, {stem}, got {spec['id']!r}"
    movement, dose, rules = (_group(spec.get(key)) for key in ("movement", "dose", "rules"))
    yield from _check_kind(spec, movement.get("kind"))
    yield from _check_movement(movement)
    yield from _check_dose(dose, movement.get("kind"))
    for name, rule in rules.items():
        yield from _check_rule(("rules", name), _group(rule), movement.get("kind"))
        for other in _group(rule).get("unless") or ():
            if other not in rules or other == name:
                yield (
                    ("rules", name, "unless"),
                    f"rules.{name}.unless must name other rules of this file, got {other!r}",
                )


def _check_kind(spec: Mapping[str, Any], kind: Any) -> Iterator[Found]:
    """Check that what a camera judges is described, and that what it does not judge claims nothing."""
    if kind == "guided":
        for key in ("view", "side", "peak", "rules", "posture"):
            if key in spec:
                yield (key,), f"{key} must be left out; nothing of a guided exercise is measured"
    elif kind in ("reps", "hold", "gait"):
        for key in ("view", "side", "peak"):
            if key not in spec:
                yield (), f"{key} is missing; an exercise of kind {kind} needs it"
            elif spec[key] == []:
                yield (key,), f"{key} must have at least 1 entry, got a list of 0"


def _check_movement(movement: Mapping[str, Any]) -> Iterator[Found]:
    measure = movement.get("measure")
    if movement.get("kind") == "reps" and measure in MEASURES and measure not in MOVEMENT_MEASURES:
        yield (
            ("movement", "measure"),
            f"movement.measure must be one that a movement is read from ({', '.join(MOVEMENT_MEASURES)}), "
            f"got {measure!r}",
        )
    ordered = {
        "reps": (("least", "enter"), ("enter", "most"), ("min_s", "max_s")),
        "hold": (("lost", "reach"),) if movement.get("keeps") == "above" else (("within", "lost"),),
        "gait": (("min_s", "max_s"),),
    }
    for low, high in ordered.get(str(movement.get("kind")), ()):
        a, b = _number(movement.get(low)), _number(movement.get(high))
        if a is not None and b is not None and a >= b:
            yield ("movement", low, "value"), f"movement.{low}.value must be below that of {high} ({b:g}), got {a:g}"
    shows = movement.get("shows")
    for i, shown in enumerate(shows if isinstance(shows, list | tuple) else ()):
        if isinstance(shown, Mapping) and ("least" in shown) == ("most" in shown):
            yield ("movement", "shows", i), f"movement.shows.{i} must have least or most, one of the two"
        if isinstance(shown, Mapping):
            yield from _check_as_it_stands(("movement", "shows", i, "text"), shown.get("text"))
    for key in ("enter", "min_s", "reach", "within", "settle_s"):
        value = _number(movement.get(key))
        if value is not None and value <= 0:
            yield ("movement", key, "value"), f"movement.{key}.value must be above 0, got {value:g}"


def _check_dose(dose: Mapping[str, Any], kind: Any) -> Iterator[Found]:
    needed = {"reps": "reps", "hold": "hold_s"}.get(str(kind))
    if needed is not None and dose and dose.get(needed) is None:
        yield ("dose",), f"dose.{needed} is missing; an exercise of kind {kind} needs it"
    if kind == "guided" and dose and dose.get("reps") is None and dose.get("hold_s") is None:
        yield ("dose",), "dose.reps or dose.hold_s is missing; a guided exercise is counted or timed"


def _check_rule(place: Place, rule: Mapping[str, Any], kind: Any) -> Iterator[Found]:
    if rule.get("breaks") is True and rule.get("check") == "rises_above" and kind == "reps":
        yield (*place, "breaks"), f"{dotted(place)}.breaks must be left out; only holds can be broken"
    yield from _check_views(place, rule)
    yield from _check_shares(place, rule)
    yield from _check_as_it_stands((*place, "cue"), rule.get("cue"))
    for key in ("text", "own_text"):
        if isinstance(rule.get(key), str):
            yield from _check_text((*place, key), rule[key])


def _check_views(place: Place, rule: Mapping[str, Any]) -> Iterator[Found]:
    measure, views = rule.get("measure"), rule.get("views", _DEFAULT_VIEWS)
    if measure not in MEASURES or not isinstance(views, list | tuple):
        return
    for view in views:
        read = (rule.get("front_measure") if view == "front" else None) or measure
        if view in ("side", "oblique", "front") and read in MEASURES and not readable_in(read, view):
            where = (*place, "views") if "views" in rule else (*place, "measure")
            yield where, f"{dotted(place)}.views: {read} cannot be read in the view {view}; leave it out"


def _check_shares(place: Place, rule: Mapping[str, Any]) -> Iterator[Found]:
    for key in _SHARES.get(str(rule.get("check")), ()):
        value = _number(rule.get(key))
        if value is not None and not 0 < value < 1:
            here = (*place, key, "value")
            yield here, f"{dotted(here)} must be a share between 0 and 1 (0.2 for 20 %), got {value:g}"
    watch, fault = _number(rule.get("watch")), _number(rule.get("fault"))
    if watch is not None and fault is not None and watch <= fault:
        here = (*place, "watch", "value")
        yield here, f"{dotted(here)} must be above that of fault ({fault:g}), got {watch:g}"


def _check_as_it_stands(place: Place, text: Any) -> Iterator[Found]:
    """Check that words into which no number is filled have no place for one."""
    if isinstance(text, str) and re.search("[{}]", text):
        yield place, f"{dotted(place)} must have no braces: it is said as it stands, without numbers"


def _check_text(place: Place, text: str) -> Iterator[Found]:
    """Check that braces hold the four numbers of a finding, plainly formatted, and nothing else."""
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError as error:
        yield place, f"{dotted(place)} has a brace too many or too few ({error}); write {{{{ for a plain brace"
        return
    for _, name, form, conversion in fields:
        if name is None:
            continue
        if name not in TEXT_FIELDS:
            allowed = ", ".join(f"{{{field}}}" for field in TEXT_FIELDS)
            yield place, f"{dotted(place)} may hold {allowed}, got {{{name}}}"
        elif conversion or not _TEXT_FORMAT.fullmatch(form or ""):
            yield place, f"{dotted(place)}: {{{name}}} takes a form like {{{name}:.1f}}, got {{{name}:{form}}}"


def _group(values: Any) -> Mapping[str, Any]:
    return values if isinstance(values, Mapping) else {}


def _number(cited: Any) -> float | None:
    value = _group(cited).get("value")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
