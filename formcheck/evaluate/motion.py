"""How feet move where nobody knows the truth: the swing of each rep, and how still they are at rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.model import FloatArray, Hold, Rep, SetResult
from formcheck.skeleton import SIDES

__all__ = ["FootMotion", "foot_motions"]

_QUANTITIES: Final = ("heel_height_cm", "sole_deg")
_REST_S: Final = (0.6, 0.1)  # from and to, before a rep
_LEAST_FRAMES: Final = 4


@dataclass(frozen=True, slots=True)
class FootMotion:
    """One quantity of one foot: median swing of a rep, standard deviation at rest; and from landmarks alone."""

    quantity: str
    near: bool
    swing: float
    rest_sd: float
    plain_swing: float
    plain_rest_sd: float


def foot_motions(result: SetResult, plain: SetResult) -> tuple[FootMotion, ...]:
    """Return the motion of both feet in both quantities; NaN where it was not seen."""
    items = result.reps or result.holds
    if not items or result.near_side == "both":
        return ()
    out = []
    for quantity in _QUANTITIES:
        for side in sorted(SIDES, key=lambda side: side != result.near_side):
            found = [_swing_and_rest(each, items, quantity, side) for each in (result, plain)]
            out.append(FootMotion(quantity, side == result.near_side, *found[0], *found[1]))
    return tuple(out)


def _swing_and_rest(result: SetResult, items: tuple[Rep | Hold, ...], quantity: str, side: str) -> tuple[float, float]:
    stem, unit = quantity.rsplit("_", 1)
    values = result.series.get(f"{stem}_{side}_{unit}")
    if values is None:
        return math.nan, math.nan
    time_s = result.series["time_s"]
    reps = [values[(time_s >= item.start_s) & (time_s <= item.end_s)] for item in items]
    rests = [values[(time_s >= item.start_s - _REST_S[0]) & (time_s <= item.start_s - _REST_S[1])] for item in items]
    return _median([_swing(rep) for rep in reps]), _median([_spread(rest) for rest in rests])


def _swing(values: FloatArray) -> float:
    seen = values[np.isfinite(values)]
    return float(np.subtract(*np.quantile(seen, [0.95, 0.05]))) if len(seen) >= _LEAST_FRAMES else math.nan


def _spread(values: FloatArray) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.std()) if len(seen) >= _LEAST_FRAMES else math.nan


def _median(values: list[float]) -> float:
    seen = [value for value in values if math.isfinite(value)]
    return float(np.median(seen)) if seen else math.nan
