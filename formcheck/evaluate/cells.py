"""Scores of clips drawn together: totals, and the error of one quantity in one view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.evaluate.quantities import QUANTITIES, Pair
from formcheck.evaluate.score import ClipScore

__all__ = ["VIEW_BINS", "Agreement", "Cell", "agreement", "error_cell", "inside_cell", "summarise", "view_bin"]

VIEW_BINS: Final = ("within 15° of side", "15–25°", "25–45°", "front")
"""How far the camera is from the person's exact side, in front or behind; "front" is all beyond 45°."""

_BOUNDS_DEG: Final = (15.0, 25.0, 45.0)
_LIMITS_SD: Final = 1.96


@dataclass(frozen=True, slots=True)
class Cell:
    """Errors of one quantity over clips of equal weight: mean absolute error, bias, and the worst clip's error.

    `plain` is the mean absolute error of the pose model's landmarks on the `compared` clips in which both give a
    number, `beside` ours on the same. `given` of `asked` clips gave a number. NaN where there is none.
    """

    error: float
    beside: float
    plain: float
    bias: float
    worst: float
    given: int
    asked: int
    compared: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Bland and Altman's figures: mean of found minus true, and the limits that hold 95 % of the differences."""

    bias: float
    low: float
    high: float


def view_bin(score: ClipScore) -> str:
    """Return the bin of the true camera azimuth; of the estimated one where the truth names none."""
    known = math.isfinite(score.azimuth_deg)
    azimuth = abs(score.azimuth_deg if known else score.estimated_azimuth_deg)
    if not math.isfinite(azimuth):
        return VIEW_BINS[-1]
    return VIEW_BINS[int(np.searchsorted(_BOUNDS_DEG, min(azimuth, abs(180.0 - azimuth))))]


def error_cell(scores: Sequence[ClipScore], quantity: str) -> Cell:
    """Return the errors of one quantity over clips."""
    asked = [score for score in scores if quantity in score.asked]
    given = [score for score in asked if quantity in score.pairs]
    both = [score for score in given if quantity in score.plain]
    errors = [_mean_size(score.pairs[quantity]) for score in given]
    return Cell(
        error=_mean(errors),
        beside=_mean([_mean_size(score.pairs[quantity]) for score in both]),
        plain=_mean([_mean_size(score.plain[quantity]) for score in both]),
        bias=_mean([_mean([pair.error for pair in score.pairs[quantity]]) for score in given]),
        worst=max(errors, default=math.nan),
        given=len(given),
        asked=len(asked),
        compared=len(both),
        pairs=sum(len(score.pairs[quantity]) for score in given),
    )


def inside_cell(scores: Sequence[ClipScore], quantity: str) -> tuple[float, int]:
    """Return the share of frames whose truth lies within two stated standard deviations, and the frames."""
    counts = [score.inside_2sd[quantity] for score in scores if quantity in score.inside_2sd]
    frames = sum(all_ for _, all_ in counts)
    return (sum(inside for inside, _ in counts) / frames if frames else math.nan), frames


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Return bias and limits of agreement; NaN below two pairs."""
    if len(pairs) < 2:
        return Agreement(math.nan, math.nan, math.nan)
    errors = np.array([pair.error for pair in pairs])
    bias, half = float(errors.mean()), _LIMITS_SD * float(errors.std(ddof=1))
    return Agreement(bias, bias - half, bias + half)


def summarise(scores: Sequence[ClipScore]) -> dict[str, float]:
    """Return the totals over clips: counts exact, timing, holds, faults, and mean absolute errors by quantity."""
    found = sum(score.faults_found for score in scores)
    alarms = sum(len(score.false_alarms) for score in scores)
    missed = sum(len(score.faults_missed) for score in scores)
    totals = {
        "clips": float(len(scores)),
        "counts_exact": float(sum(score.count_exact for score in scores)),
        "time_error_s": _mean([abs(error) for score in scores for error in score.time_errors_s]),
        "hold_error_s": _mean([abs(error) for score in scores for error in score.hold_errors_s]),
        "fault_precision": found / (found + alarms) if found + alarms else math.nan,
        "fault_recall": found / (found + missed) if found + missed else math.nan,
    }
    for quantity in QUANTITIES:
        cell = error_cell(scores, quantity)
        totals |= {quantity: cell.error, f"{quantity}_plain": cell.plain}
    return totals


def _mean_size(pairs: Sequence[Pair]) -> float:
    return _mean([abs(pair.error) for pair in pairs])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan
