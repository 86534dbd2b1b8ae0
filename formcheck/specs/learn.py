"""Propose the bands of a spec from a demonstration: how far and how long its movements go. Pure: arrays and text in.

A proposal is no norm: it says what this person did in this clip, with room around it, and its source line says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.errors import SpecError
from formcheck.model import FloatArray
from formcheck.numerals import Readable
from formcheck.specs.yaml_text import Place, dotted, parse_yaml

__all__ = [
    "Excursion",
    "Learned",
    "clip_words",
    "find_excursions",
    "learn_bands",
    "learn_limit",
    "rounded",
    "with_id",
    "with_learned",
]

_LEAVES, _RETURNS = 0.4, 0.25  # shares of the largest excursion
_LEAST_SD: Final = 4.0  # an excursion stands out of the noise by this many standard deviations
_ENTER, _MOST, _QUICK, _SLOW = 0.35, 2.0, 0.5, 3.0  # room around what was seen
_LIMIT_ROOM: Final = 0.25
"""Default, not from literature."""

_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SOURCE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^,}\n]+')


@dataclass(frozen=True, slots=True)
class Excursion:
    """One movement away from rest and back; `height` in the unit of its measure, above rest."""

    start_s: float
    end_s: float
    height: float


@dataclass(frozen=True, slots=True)
class Learned:
    """A proposed number and what it rests on."""

    value: float
    why: str


def find_excursions(t: FloatArray, x: FloatArray, sd: float) -> list[Excursion]:
    """Return the movements of `x` above its rest, the median of its lower half; NaN is skipped."""
    seen = np.isfinite(x)
    if seen.sum() < 3:
        return []
    t, x = t[seen], x[seen]
    rest = float(np.median(x[x <= np.median(x)]))
    top = float(np.quantile(x, 0.98)) - rest
    if top < _LEAST_SD * sd or top <= 0:
        return []
    found: list[Excursion] = []
    start: int | None = None
    for i, height in enumerate(x - rest):
        if start is None and height > _LEAVES * top:
            start = i
        elif start is not None and height < _RETURNS * top:
            found.append(_excursion(t, x - rest, start, i, _RETURNS * top))
            start = None
    return found


def _excursion(t: FloatArray, x: FloatArray, start: int, end: int, low: float) -> Excursion:
    below = np.flatnonzero(x[:start] < low)
    return Excursion(float(t[below[-1]] if len(below) else t[0]), float(t[end]), float(x[start:end].max()))


def learn_bands(
    t: FloatArray, x: FloatArray, excursions: Sequence[Excursion], sd: float, clip: str
) -> dict[str, Learned]:
    """Return `enter`, `most`, `least`, `min_s` and `max_s` of a rep movement. Raises SpecError where nothing moves."""
    if not excursions:
        raise SpecError(f"{clip}: no movement away from rest and back is seen; film three or more, with a rest before")
    heights = [one.height for one in excursions]
    lengths = [one.end_s - one.start_s for one in excursions]
    lowest = float(np.nanquantile(x, 0.02)) - float(np.nanmedian(x[x <= np.nanmedian(x)]))
    seen = f"learned from {clip}: {len(excursions)} movements of {min(heights):.1f} to {max(heights):.1f}"
    took = f"learned from {clip}: {min(lengths):.1f} to {max(lengths):.1f} s each"
    return {
        "enter": Learned(rounded(max(_ENTER * min(heights), _LEAST_SD / 2 * sd)), seen),
        "most": Learned(rounded(_MOST * max(heights)), seen),
        "least": Learned(rounded(min(2 * lowest, -0.5 * max(heights))), seen),
        "min_s": Learned(rounded(_QUICK * min(lengths)), took),
        "max_s": Learned(rounded(_SLOW * max(lengths)), took),
    }


def learn_limit(values: Sequence[float], sd: float, clip: str) -> Learned:
    """Return a limit that none of the demonstrated reps' `values` comes near: a quarter, or two `sd`, above them."""
    highest = max(values)
    room = max(_LIMIT_ROOM * abs(highest), 2 * sd)
    return Learned(rounded(highest + room), f"learned from {clip}: up to {Readable(highest):.1f} in {len(values)} reps")


def with_learned(text: str, changes: Mapping[Place, Learned]) -> str:
    """Return a spec's text with numbers and their sources replaced at their places; all else is left as it is."""
    parsed = parse_yaml(text.encode())
    lines = text.splitlines(keepends=True)
    starts = np.cumsum([0, *(len(line) for line in lines)])
    edits: list[tuple[int, re.Pattern[str], str]] = []
    for place, learned in changes.items():
        number, source = _places(place)
        for at, pattern, new in (
            (number, _NUMBER, f"{learned.value:g}" if learned.value % 1 else f"{learned.value:.1f}"),
            (source, _SOURCE, f'"default, not from literature; {learned.why}"'),
        ):
            mark = parsed.marks.get(at)
            if mark is None:
                raise SpecError(f"{dotted(at)} is missing; only numbers that stand in the spec are learned")
            edits.append((int(starts[mark.line - 1]) + mark.column - 1, pattern, new))
    for start, pattern, new in sorted(edits, key=lambda edit: -edit[0]):
        found = pattern.match(text, start)
        if found is not None:
            text = text[: found.start()] + new + text[found.end() :]
    return text


def _places(place: Place) -> tuple[Place, Place]:
    """Return where a number stands and where its source: beside it, or for a dose, that of the whole dose."""
    return (place, ("dose", "source")) if place[0] == "dose" else ((*place, "value"), (*place, "source"))


def with_id(text: str, id_: str, name: str | None = None) -> str:
    """Return a spec's text under another id, and another name if one is given."""
    text = re.sub(r"(?m)^id: .*$", f"id: {id_}", text, count=1)
    if name is None:
        return text
    quoted = json.dumps(name, ensure_ascii=False)  # as YAML's double quotes; a bare `a: b` would be no text
    return re.sub(r"(?m)^name: .*$", lambda _: f"name: {quoted}", text, count=1)


def clip_words(path: Path) -> str:
    """Return what a clip is called in a source line."""
    return path.name.replace('"', "'")


def rounded(value: float) -> float:
    """Return a learned number without the digits that one clip cannot know."""
    return float(f"{value:.2g}") if abs(value) < 10 else float(round(value))
