"""The words and signs shared by pictures, tables and pages, so that all of them say the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from formcheck.measures.names import MEASURES, Measure
from formcheck.numerals import Readable

__all__ = [
    "NOTICE",
    "RED_FLAG",
    "Quantity",
    "aspect",
    "dose_words",
    "folded",
    "is_judged",
    "number",
    "parse_quantity",
    "title",
    "unjudged_words",
]

NOTICE: Final = (
    "Exercise practice aid. It does not diagnose or treat, and does not replace your clinician. "
    "Measurements are estimates. Stop if pain rises above the level agreed with your physio."
)

RED_FLAG: Final = "A sudden pop, a hot or swollen calf, numbness, or not being able to bear weight: stop and get help."

_ASPECTS: Final = {
    "low_height": "height",
    "shallow": "depth",
    "heel_not_down": "heel back down",
    "knee_not_bent": "bent knee",
    "knee_not_straight": "straight knee",
}
_UNITS: Final = {"deg": "°", "cm": " cm", "s": " s", "percent": " %", "px": " px", "min": " a minute"}
_FOLDS: Final = {
    "°": "deg",
    "±": "+/-",
    "−": "-",
    "–": "-",
    "—": "-",
    "·": "-",
    "✓": "+",
    "✕": "x",
    "↓": "-",
    "…": "...",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure as its column names it: `heel_height_left_cm_sd` is heel_height_cm, left, a standard deviation.

    `side` is empty where the name has none; `unit` is ready to follow a number ("°", " cm", or nothing).
    """

    measure: str
    side: str
    unit: str
    is_sd: bool

    @property
    def label(self) -> str:
        """The measure in words: "Heel height", "Ankle angle", "Knee bend from rest"."""
        plain = _known(self.measure.replace("_change", ""))
        if plain is not None and "_change" in self.measure:
            return f"{_named(plain)} from rest"
        known = _known(self.measure)
        return _named(known) if known else title(re.sub(r"_(deg|cm|s|percent|per_min)$", "", self.measure))

    @property
    def definition(self) -> str:
        """How the measure is defined; empty if it is not one of formcheck's."""
        known = _known(self.measure)
        return title(known.definition) if known else ""


def parse_quantity(name: str) -> Quantity:
    """Read a column, peak or fault name; unknown measures keep their words."""
    tokens = name.split("_")
    is_sd = tokens[-1] == "sd"
    if is_sd:
        tokens.pop()
    side = next((token for token in tokens if token in ("left", "right")), "")
    measure = "_".join(token for token in tokens if token != side)
    unit = _UNITS.get(tokens[-1], "") if len(tokens) > 1 else ""
    return Quantity(measure=measure, side=side, unit=unit, is_sd=is_sd)


def _named(measure: Measure) -> str:
    """Return the label for people; a part of the body alone is not yet a quantity."""
    words = f"{measure.label} angle" if measure.unit == "deg" and " " not in measure.label else measure.label
    return title(words)


def _known(measure: str) -> Measure | None:
    return next((known for name, known in MEASURES.items() if name == measure), None)


def title(identifier: str) -> str:
    """Return an identifier as words: `single_heel_raise` -> "Single heel raise"."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def aspect(rule: str) -> str:
    """Return what a rule looks at, in words; its name alone may sound as if the fault had been found."""
    return _ASPECTS.get(rule, rule.replace("_", " "))


def number(value: float, unit: str, sd: float = float("nan"), digits: int = 1) -> str:
    """Return a number with its unit, and its standard deviation where known; NaN is "not seen"."""
    if not isfinite(value):
        return "not seen"
    text = f"{Readable(value):.{digits}f}"
    return f"{text} ± {sd:.{digits}f}{unit}" if isfinite(sd) else f"{text}{unit}"


def dose_words(sets: int, reps: int | None, hold_s: float | None, *, unit: str = "reps") -> str:
    """Return a dose: "30 reps", "2 × 10 reps", "5 × 10 s"; `hold_s` in seconds. A walk of so many seconds has no count.

    `unit` is what reps are called, in the plural.
    """
    if hold_s is None:
        once = f"{reps} {unit.removesuffix('s') if reps == 1 else unit}"
    else:
        once = f"{hold_s:g} s" if reps in (None, 1) or unit == "strides" else f"{reps} × {hold_s:g} s"
    return once if sets == 1 else f"{sets} × {once}"


def is_judged(summary: Mapping[str, float | None]) -> bool:
    """Whether anything of a set is right or wrong, told from its summary: of a walk or a guided set nothing is."""
    return "cadence_per_min" not in summary and "confirmed" not in summary


def unjudged_words(summary: Mapping[str, float | None], completed: int) -> str:
    """Return what stands in place of the counts of a set of which nothing is judged."""
    if "confirmed" not in summary and not completed:
        return "no strides were found"
    if "confirmed" not in summary:
        return f"{completed} stride{'' if completed == 1 else 's'} measured"
    confirmed, planned = summary["confirmed"], summary.get("planned")
    if confirmed is None or planned is None:
        return "not measured"
    return f"not measured · {confirmed:.0f} of {planned:.0f} done"


def folded(text: str) -> str:
    """Return `text` in plain ASCII, for places that can show no more."""
    for sign, plain in _FOLDS.items():
        text = text.replace(sign, plain)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
