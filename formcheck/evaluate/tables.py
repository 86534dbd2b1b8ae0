"""The tables of the accuracy page, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from formcheck.evaluate.cells import VIEW_BINS, Cell, error_cell, inside_cell, summarise, view_bin
from formcheck.evaluate.quantities import COVERED, QUANTITIES
from formcheck.evaluate.score import ClipScore
from formcheck.numerals import Readable

__all__ = [
    "azimuth_words",
    "clip_table",
    "count_table",
    "coverage_table",
    "error_table",
    "exercise_table",
    "fault_words",
    "in_unit",
    "miss_list",
    "motion_table",
    "worn_table",
]

_AIMS: Final = {
    "heel_height_cm": (0.8, 1.2, 1.5),
    "ankle_range_deg": (3.0, 5.0, 8.0),
    "shank_inclination_deg": (2.0, 4.0, 5.0),
    "knee_flexion_change_deg": (5.0, 8.0, 10.0),
}
_OF_FEET: Final = ("heel_height_cm", "ankle_range_deg")
_AZIMUTH_USED_DEG: Final = 45.0
_COVERAGE_AIMS: Final = ("90–99 %", "85–99 %", "85–99 %")


def error_table(scores: Sequence[ClipScore]) -> str:
    """Return the mean absolute error of each quantity in each view."""
    rows = []
    for quantity, words in QUANTITIES.items():
        for number, name in enumerate(VIEW_BINS):
            cell = error_cell([score for score in scores if view_bin(score) == name], quantity)
            aims = _AIMS[quantity]
            aim = f"≤ {in_unit(aims[number], quantity)}" if number < len(aims) else ""
            rows.append([words, name, *_errors(cell, quantity), aim])
    head = ["quantity", "view", "formcheck", "landmarks alone", "bias", "worst clip", "clips with a number", "aim"]
    return _table(head, rows)


def _errors(cell: Cell, quantity: str) -> list[str]:
    if not cell.asked:
        return ["no clip", "", "", "", ""]
    if not cell.given:
        return ["not given", "", "", "", f"0 of {cell.asked}"]
    plain = in_unit(cell.plain, quantity)
    if 0 < cell.compared < cell.given:
        plain += f" (formcheck {in_unit(cell.beside, quantity)} on the same {cell.compared})"
    bias = in_unit(cell.bias, quantity, signed=True)
    return [in_unit(cell.error, quantity), plain, bias, in_unit(cell.worst, quantity), f"{cell.given} of {cell.asked}"]


def coverage_table(scores: Sequence[ClipScore]) -> str:
    """Return the share of frames whose truth lies within two stated standard deviations."""
    rows = []
    for quantity, words in COVERED.items():
        cells = [inside_cell([s for s in scores if view_bin(s) == name], quantity) for name in VIEW_BINS]
        rows.append(
            [words, *(f"{100 * share:.0f} % of {frames}" if frames else "not given" for share, frames in cells)]
        )
    return _table(["quantity", *VIEW_BINS], [*rows, ["aim", *_COVERAGE_AIMS, ""]])


def exercise_table(scores: Sequence[ClipScore]) -> str:
    """Return ours (landmarks alone) by exercise and view, for every quantity."""
    rows = []
    for exercise in sorted({score.exercise for score in scores}):
        for name in VIEW_BINS:
            some = [score for score in scores if score.exercise == exercise and view_bin(score) == name]
            if any(score.asked for score in some):
                cells = [_short(error_cell(some, quantity), quantity) for quantity in QUANTITIES]
                rows.append([f"`{exercise}`", name, str(len(some)), *cells])
    return _table(["exercise", "view", "clips", *QUANTITIES.values()], rows)


def worn_table(scores: Sequence[ClipScore]) -> str:
    """Return ours (landmarks alone) by what the feet wear, bare ones left out."""
    rows = []
    for worn in sorted({score.worn for score in scores} - {""}):
        some = [score for score in scores if score.worn == worn]
        errors = (_short(error_cell(some, quantity), quantity) for quantity in _OF_FEET)
        _, counted, _, _, _, found, false = _count_cells(some)
        rows.append([worn, str(len(some)), counted, *errors, found, false])
    head = ["worn", "clips", "counted / true", "heel height", "ankle range", "faults found", "false alarms"]
    return _table(head, rows) if rows else "All feet of this run are bare."


def clip_table(scores: Sequence[ClipScore]) -> str:
    """Return ours (landmarks alone) for every clip with a true quantity."""
    rows = [
        [
            f"`{score.name}`",
            _degrees(score.azimuth_deg),
            _degrees(abs(score.estimated_azimuth_deg)),
            *(_short(error_cell([score], quantity), quantity) for quantity in QUANTITIES),
        ]
        for score in scores
        if score.asked
    ]
    return _table(["clip", "camera, true", "estimated", *QUANTITIES.values()], rows)


def azimuth_words(scores: Sequence[ClipScore]) -> str:
    """Return how well the camera's angle was estimated, in a sentence; views up to 45°, beyond it no angle is used."""
    errors = [
        abs(abs(score.estimated_azimuth_deg) - abs(score.azimuth_deg))
        for score in scores
        if abs(score.azimuth_deg) <= _AZIMUTH_USED_DEG and math.isfinite(score.estimated_azimuth_deg)
    ]
    if not errors:
        return "No clip within 45° of the side has a known camera angle."
    size = f"a mean error of {np.mean(errors):.0f}° (worst {max(errors):.0f}°, {len(errors)} clips)"
    return f"Within 45° of the side formcheck estimates it with {size}."


def _short(cell: Cell, quantity: str) -> str:
    if not cell.asked:
        return ""
    return f"{in_unit(cell.error, quantity)} ({in_unit(cell.plain, quantity)})" if cell.given else "not given"


def count_table(scores: Sequence[ClipScore]) -> str:
    """Return counts, times and faults by exercise, rendered and real clips apart, and in all."""
    rows = []
    for rendered, kind in ((True, "rendered"), (False, "real")):
        some = [score for score in scores if score.rendered == rendered]
        rows += [
            [f"`{exercise}`", kind, *_count_cells([score for score in some if score.exercise == exercise])]
            for exercise in sorted({score.exercise for score in some})
        ]
    head = ["exercise", "clips are", "clips", "counted / true", "counts exact", "start and end, mean (worst)"]
    head += ["time held, mean (worst)", "faults found", "false alarms"]
    return _table(head, [*rows, ["all", "", *_count_cells(scores)]])


def _count_cells(scores: Sequence[ClipScore]) -> list[str]:
    found = sum(score.faults_found for score in scores)
    missed = sum(len(score.faults_missed) for score in scores)
    return [
        str(len(scores)),
        f"{sum(score.counted for score in scores)} / {sum(score.true_count for score in scores)}",
        f"{sum(score.count_exact for score in scores)} of {len(scores)}",
        _mean_and_worst([error for score in scores for error in score.time_errors_s]),
        _mean_and_worst([error for score in scores for error in score.hold_errors_s]),
        f"{found} of {found + missed}" if found + missed else "",
        str(sum(len(score.false_alarms) for score in scores)),
    ]


def _mean_and_worst(errors: Sequence[float]) -> str:
    sizes = np.abs(errors)
    return f"{sizes.mean():.2f} s ({sizes.max():.2f} s)" if len(sizes) else ""


def miss_list(scores: Sequence[ClipScore]) -> str:
    """Return, as a list, what went wrong in which clip."""
    lines = []
    for score in scores:
        words = [
            *([] if score.count_exact else [f"counted {score.counted} of {score.true_count}"]),
            *([] if score.refused_as_asked else ["should have been refused"]),
            *(f"missed `{fault.replace(' in ', '` in ')}" for fault in score.faults_missed),
            *(f"false alarm `{fault.replace(' in ', '` in ')}" for fault in score.false_alarms),
        ]
        if words:
            lines.append(f"- `{score.name}`: {'; '.join(words)}")
    return "\n".join(lines) or "Nothing."


def fault_words(scores: Sequence[ClipScore]) -> str:
    """Return precision and recall of faults in a sentence."""
    totals = summarise(scores)
    shares = [f"{totals[f'fault_{name}']:.2f}" for name in ("precision", "recall")]
    return f"Precision of faults {shares[0]}, recall {shares[1]}.".replace("nan", "not known")


def motion_table(scores: Sequence[ClipScore]) -> str:
    """Return swing and rest noise of both feet in clips without exact truth; empty where there are none."""
    rows = [
        [
            f"`{score.name}`",
            "heel height" if motion.quantity == "heel_height_cm" else "sole angle",
            "near" if motion.near else "far",
            *(in_unit(value, motion.quantity) for value in (motion.swing, motion.plain_swing)),
            *(in_unit(value, motion.quantity, digits=2) for value in (motion.rest_sd, motion.plain_rest_sd)),
        ]
        for score in scores
        for motion in score.motions
    ]
    head = ["clip", "quantity", "foot", "swing a rep", "landmarks alone", "noise at rest", "landmarks alone"]
    return _table(head, rows) if rows else "No real clip was in this run."


def in_unit(value: float, quantity: str, *, signed: bool = False, digits: int = 1) -> str:
    """Return a number with the unit of a quantity; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    unit = " cm" if quantity.endswith("_cm") else "°"
    return f"{Readable(value):{'+' if signed else ''}.{digits}f}{unit}"


def _degrees(value: float) -> str:
    return f"{value:.0f}°" if math.isfinite(value) else "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
