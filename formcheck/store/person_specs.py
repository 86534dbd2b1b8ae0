"""A spec of a person's own: the exercise's spec with limits that their physio moved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml
from sqlalchemy import select

from formcheck.errors import SpecError, StoreError
from formcheck.specs.loader import SpecFile, load_spec, parse_spec
from formcheck.store.repository import Store
from formcheck.store.rows import utc_now
from formcheck.store.tables import ExerciseSet, Patient, PersonSpec, Scoring, Spec
from formcheck.store.writing import keep_spec

__all__ = [
    "Limit",
    "Recorded",
    "SpecText",
    "current_text",
    "limits_of",
    "own_spec_sha256",
    "recorded_sets",
    "save_person_spec",
    "with_limits",
]

_MOST_SOURCE: Final = 300


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of a rule and where it comes from; `start` to `end` are its places in the text."""

    rule: str
    key: str
    value: float
    source: str
    value_at: tuple[int, int]
    source_at: tuple[int, int]

    @property
    def name(self) -> str:
        """The number's name within its spec: `knee_bend.limit`."""
        return f"{self.rule}.{self.key}"


@dataclass(frozen=True, slots=True)
class SpecText:
    """A spec with its text; `own` where it was made for the person."""

    text: str
    spec_file: SpecFile
    own: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A set that can be scored again, and the spec that its scoring in force is by."""

    uid: str
    spec_sha256: str


def recorded_sets(store: Store, person_id: int, exercise: str) -> list[Recorded]:
    """Return the sets of a person in an exercise whose landmarks were kept, newest first."""
    query = (
        select(ExerciseSet.uid, Scoring.spec_sha256)
        .join(Scoring, Scoring.id == ExerciseSet.scoring_id)
        .where(
            ExerciseSet.patient_id == person_id,
            ExerciseSet.exercise == exercise,
            ExerciseSet.recording_sha256.is_not(None),
        )
        .order_by(ExerciseSet.performed_at.desc(), ExerciseSet.id.desc())
    )
    with store.reading() as session:
        return [Recorded(uid, sha256) for uid, sha256 in session.execute(query)]


def own_spec_sha256(store: Store, person_id: int, exercise: str) -> str | None:
    """Return the hash of the spec made for a person, the latest one; None where they are judged as everybody is."""
    query = (
        select(PersonSpec.spec_sha256)
        .where(PersonSpec.patient_id == person_id, PersonSpec.exercise == exercise)
        .order_by(PersonSpec.id.desc())
        .limit(1)
    )
    with store.reading() as session:
        return session.scalar(query)


def current_text(store: Store, person_id: int, exercise: str) -> SpecText:
    """Return the spec that a person is judged by: their own, else the exercise's."""
    query = (
        select(Spec)
        .join(PersonSpec, PersonSpec.spec_sha256 == Spec.sha256)
        .where(PersonSpec.patient_id == person_id, PersonSpec.exercise == exercise)
        .order_by(PersonSpec.id.desc())
        .limit(1)
    )
    with store.reading() as session:
        row = session.scalar(query)
    if row is not None:
        return SpecText(row.text, parse_spec(row.text.encode(), Path(f"{exercise}.yaml")), own=True)
    file = load_spec(exercise)
    return SpecText(file.path.read_text(encoding="utf-8"), file, own=False)


def limits_of(text: str) -> list[Limit]:
    """Return the numbers of all rules of a valid spec, in the order of the text."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [limit for rule, node in _entries(_child(root, "rules")) for limit in _limits(rule, node)]


def _limits(rule: str, node: yaml.Node) -> Iterator[Limit]:
    for key, cited in _entries(node):
        value, source = _child(cited, "value"), _child(cited, "source")
        if isinstance(value, yaml.ScalarNode) and isinstance(source, yaml.ScalarNode):
            yield Limit(rule, key, float(value.value), source.value, _place(value), _place(source))


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), value


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _entries(node) if key == name), None)


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def with_limits(text: str, values: Mapping[str, float], *, who: str, when: date) -> str:
    """Return the text of a spec with other numbers, by `rule.key`; each changed one cites who changed it from what.

    Comments and all else stay as they are.
    """
    edits: list[tuple[tuple[int, int], str]] = []
    for limit in limits_of(text):
        new = values.get(limit.name, limit.value)
        if new == limit.value:
            continue
        source = f"set for this person by {who}, {when.isoformat()}; before: {limit.value:g} ({limit.source})"
        edits.append((limit.value_at, repr(float(new))))
        edits.append((limit.source_at, json.dumps(source[:_MOST_SOURCE], ensure_ascii=False)))
    for (start, end), written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def checked(text: str, exercise: str) -> SpecFile:
    """Return the spec of a text that may be wrong. Raises StoreError with its first problem."""
    try:
        return parse_spec(text.encode(), Path(f"{exercise}.yaml"))
    except SpecError as error:
        raise StoreError(f"these limits make no valid spec: {str(error).splitlines()[0]}") from error


def save_person_spec(store: Store, person_id: int, text: str, exercise: str, *, who: str, why: str) -> SpecFile:
    """Make a spec the one that a person is judged by from now on; earlier ones stay in the record."""
    spec_file = checked(text, exercise)
    with store.writing() as session:
        if session.get(Patient, person_id) is None:
            raise StoreError("this person is not in the record any more")
        keep_spec(session, Spec(sha256=spec_file.sha256, exercise=exercise, text=text))
        session.add(
            PersonSpec(
                patient_id=person_id,
                exercise=exercise,
                spec_sha256=spec_file.sha256,
                made_at=utc_now(),
                made_by=who,
                why=why,
            )
        )
    return spec_file
