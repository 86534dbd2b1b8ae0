"""The quantities whose truth is known, per rep and in every frame of a rep or hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.evaluate.matching import Match
from formcheck.evaluate.truth import LabelledClip
from formcheck.model import FloatArray, SetResult
from formcheck.specs.schema import ExerciseSpec

__all__ = ["COVERED", "QUANTITIES", "Pair", "asked_quantities", "compare", "count_inside", "frame_pairs"]

QUANTITIES: Final = {
    "heel_height_cm": "heel height per rep",
    "ankle_range_deg": "ankle range per rep",
    "shank_inclination_deg": "shank inclination, every frame",
    "knee_flexion_change_deg": "knee flexion change, every frame",
}
"""What the truth of a rendered clip allows to check."""

COVERED: Final = {
    "heel_height_cm": "heel height",
    "sole_deg": "sole angle",
    "shank_inclination_deg": "shank inclination",
    "knee_flexion_change_deg": "knee flexion change",
}
"""Where the stated standard deviation of every frame can be checked."""

_PER_REP: Final = {"heel_height_cm": "heel_height_cm", "ankle_range_deg": "ankle_deg"}
_AT_REST_DEG: Final = 4.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A true value of a quantity and what was found, with its stated standard deviation."""

    true: float
    found: float
    sd: float

    @property
    def error(self) -> float:
        """Found minus true."""
        return self.found - self.true


def asked_quantities(clip: LabelledClip, spec: ExerciseSpec) -> frozenset[str]:
    """Return the quantities that this clip could show: its truth is known, and the exercise reports it."""
    known = {name for item in clip.truth.items for values in item.truth.values() for name in values}
    asked = {quantity for quantity, measure in _PER_REP.items() if measure in spec.peak and quantity in known}
    per_frame = [quantity for quantity in QUANTITIES if quantity not in _PER_REP]
    if clip.truth.items:
        asked |= {q for q in per_frame if any(_true_column(q, side) in clip.frames for side in ("left", "right"))}
    if spec.posture != "standing":
        asked.discard("knee_flexion_change_deg")  # it is counted from standing
    return frozenset(asked)


def compare(
    clip: LabelledClip, result: SetResult, matched: Sequence[Match], asked: frozenset[str]
) -> dict[str, tuple[Pair, ...]]:
    """Return (true, found) of every asked quantity that the result gives."""
    out: dict[str, Sequence[Pair]] = {}
    for quantity in asked:
        if quantity in _PER_REP:
            out[quantity] = _rep_pairs(clip, matched, quantity)
        else:
            out[quantity] = frame_pairs(clip, result, quantity)
    return {quantity: tuple(out[quantity]) for quantity in QUANTITIES if out.get(quantity)}


def count_inside(clip: LabelledClip, result: SetResult, asked: frozenset[str]) -> dict[str, tuple[int, int]]:
    """Count, by quantity, the frames of reps whose truth lies within two stated standard deviations, and all."""
    out = {}
    for quantity in COVERED:
        if quantity in QUANTITIES and quantity not in asked:
            continue
        pairs = frame_pairs(clip, result, quantity)
        if pairs:
            out[quantity] = (sum(abs(pair.error) <= 2 * pair.sd for pair in pairs), len(pairs))
    return out


def _rep_pairs(clip: LabelledClip, matched: Sequence[Match], quantity: str) -> list[Pair]:
    pairs = []
    for item, true in matched:
        side = clip.truth.near_side if item.side == "both" else item.side
        values = true.truth.get(side, {}) if side is not None else {}
        if quantity in values and quantity in item.peak:
            pairs.append(Pair(values[quantity], item.peak[quantity], item.peak.get(f"{quantity}_sd", math.nan)))
    return pairs


def frame_pairs(clip: LabelledClip, result: SetResult, quantity: str) -> list[Pair]:
    """Return (true, found) of every frame of a true rep or hold in which the quantity was found, on the leg judged."""
    items = result.reps or result.holds
    side = items[0].side if items and items[0].side != "both" else str(clip.truth.near_side)
    true_column, column = _true_column(quantity, side), _column(quantity, side)
    if not items or true_column not in clip.frames or column not in result.series:
        return []
    time_s, found, sd = result.series["time_s"], result.series[column], result.series[f"{column}_sd"]
    true = np.interp(time_s, clip.frames["time_s"], clip.frames[true_column])
    if "_change_" in quantity:
        true = true - _at_rest(true, found)
    inside = np.zeros(len(true), dtype=bool)
    for each in clip.truth.items:
        if each.start_s is not None and each.end_s is not None:
            inside |= (time_s >= each.start_s) & (time_s <= each.end_s)
    keep = inside & np.isfinite(found)
    return [Pair(*values) for values in zip(true[keep].tolist(), found[keep].tolist(), sd[keep].tolist(), strict=True)]


def _at_rest(true: FloatArray, found: FloatArray) -> float:
    """Return the true value where next to no change was found: a change has no other zero."""
    rest = np.isfinite(found) & (np.abs(found) < _AT_REST_DEG)
    return float(np.median(true[rest])) if rest.any() else 0.0


def _column(quantity: str, side: str) -> str:
    stem, unit = quantity.rsplit("_", 1)
    return f"{stem}_{side}_{unit}"


def _true_column(quantity: str, side: str) -> str:
    return _column(quantity.replace("_change", ""), side)
