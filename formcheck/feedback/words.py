"""The words and signs shared by pictures, tables and pages, so that all of them say the same."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import isfinite
from typing import Final

from formcheck.model import Verdict

__all__ = [
    "DEFINITIONS",
    "NOTICE",
    "VERDICT_SIGNS",
    "VERDICT_WORDS",
    "Quantity",
    "folded",
    "number",
    "parse_quantity",
    "title",
]

NOTICE: Final = (
    "Exercise practice aid. It does not diagnose or treat, and does not replace your clinician. "
    "Measurements are estimates. Stop if pain rises above the level agreed with your physio."
)

VERDICT_WORDS: Final[dict[Verdict, str]] = {
    "ok": "good",
    "watch": "watch",
    "fault": "to correct",
    "cannot_judge": "cannot judge",
}
VERDICT_SIGNS: Final[dict[Verdict, str]] = {"ok": "✓", "watch": "!", "fault": "✕", "cannot_judge": "?"}

# Definitions decide the number (two methods differ by 18° on the same lunge), so they travel with it.
DEFINITIONS: Final[dict[str, str]] = {
    "ankle": "Lower leg (knee to ankle) against the sole (heel to forefoot), minus 90°. "
    "Toes up (dorsiflexion) is positive, toes down (plantarflexion) negative.",
    "shank_inclination": "Lower leg (knee to ankle) against the vertical; knee in front of the ankle is positive.",
    "heel_height": "How far the tracked heel point rises, straight up, above where it was when standing flat.",
    "knee_flexion": "Thigh against lower leg; a straight knee is 0°, bending is positive.",
    "sole": "The sole (heel to forefoot) against the floor; heel up is positive.",
    "trunk_lean": "Hip to shoulder against the vertical; forward is positive.",
    "body_rise": "How far hip and shoulders rise above standing. Good for counting, not a heel height.",
}

_UNITS: Final = {"deg": "°", "cm": " cm", "s": " s", "percent": " %", "px": " px"}
_FOLDS: Final = {"°": " deg", "±": "+/-", "−": "-", "–": "-", "—": "-", "·": "-", "✓": "+", "✕": "x", "…": "..."}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure as its column names it: `heel_height_left_cm_sd` is heel_height, left, cm, a standard deviation.

    `side` is empty where the name has none; `unit` is ready to follow a number ("°", " cm", or nothing).
    """

    measure: str
    side: str
    unit: str
    is_sd: bool

    @property
    def label(self) -> str:
        """The measure in words: "Heel height", "Ankle angle"."""
        words = {"ankle": "ankle angle", "sole": "sole angle", "shank_inclination": "shank angle"}
        return title(words.get(self.measure, self.measure))


def parse_quantity(name: str) -> Quantity:
    """Read a column or peak name; unknown measures keep their words."""
    tokens = name.split("_")
    is_sd = tokens[-1] == "sd"
    if is_sd:
        tokens.pop()
    unit = _UNITS.get(tokens[-1]) if len(tokens) > 1 else None
    if unit is not None:
        tokens.pop()
    side = next((token for token in tokens if token in ("left", "right")), "")
    measure = "_".join(token for token in tokens if token != side)
    return Quantity(measure=measure, side=side, unit=unit or "", is_sd=is_sd)


def title(identifier: str) -> str:
    """Return an identifier as words: `single_heel_raise` -> "Single heel raise"."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def number(value: float, unit: str, sd: float = float("nan"), digits: int = 1) -> str:
    """Return a number with its unit, and its standard deviation where known; NaN is "not seen"."""
    if not isfinite(value):
        return "not seen"
    text = f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
    return f"{text} ± {sd:.{digits}f}{unit}" if isfinite(sd) else f"{text}{unit}"


def folded(text: str) -> str:
    """Return `text` in plain ASCII, for places that can show no more."""
    for sign, plain in _FOLDS.items():
        text = text.replace(sign, plain)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
