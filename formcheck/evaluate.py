"""Hold what formcheck finds in labelled clips against their truth, and plain pose landmarks beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from formcheck.engine import Engine
from formcheck.errors import SourceError
from formcheck.model import FloatArray, Hold, LandmarkRecording, Provenance, Rep, SetResult
from formcheck.skeleton import MODEL_LANDMARKS
from formcheck.specs.schema import ExerciseSpec

__all__ = ["QUANTITIES", "ClipScore", "LabelledClip", "Pair", "evaluate_clip", "find_labelled", "summarise"]

TRUTH_SCHEMA: Final = "formcheck.truth/1"
_NEVER_WRONG: Final = frozenset({"tempo", "fade"})
_DEFAULT_TOLERANCE_S: Final = 0.3

QUANTITIES: Final = {
    "heel_height_cm": "heel height per rep",
    "ankle_range_deg": "ankle range per rep",
    "shank_inclination_deg": "shank inclination, every frame",
    "knee_flexion_change_deg": "knee flexion change, every frame",
}
"""What the truth of a rendered clip allows to check."""


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A video (or landmark recording) and its truth, as read from NAME.truth.json; `frames` from NAME.truth.npz."""

    path: Path
    truth: Mapping[str, Any]
    frames: Mapping[str, FloatArray]

    @property
    def exercise(self) -> str:
        """The exercise it is to be scored with."""
        return str(self.truth["exercise"])

    @property
    def azimuth_deg(self) -> float:
        """The true azimuth of the camera; NaN where only a word is given."""
        view = self.truth.get("view")
        return abs(float(view["azimuth_deg"])) if isinstance(view, dict) and "azimuth_deg" in view else math.nan


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


@dataclass(frozen=True, slots=True)
class ClipScore:
    """How one clip came out. Times in seconds; `pairs` and `plain` by quantity, `plain` from landmarks alone."""

    name: str
    exercise: str
    azimuth_deg: float
    estimated_azimuth_deg: float
    counted: int
    true_count: int
    valid: int
    flagged: int
    cannot_judge: int
    refused_as_asked: bool
    time_errors_s: tuple[float, ...]
    late: int
    hold_errors_s: tuple[float, ...]
    faults_found: int
    faults_missed: tuple[str, ...]
    false_alarms: tuple[str, ...]
    setup: tuple[str, ...]
    pairs: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    plain: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    inside_2sd: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def count_exact(self) -> bool:
        """Whether as many reps or holds were counted as there are, and a clip to be refused was refused."""
        return self.counted == self.true_count and self.refused_as_asked


def find_labelled(folder: Path) -> list[LabelledClip]:
    """Return the labelled clips below `folder`, by name. Raises SourceError if there are none."""
    clips = [_read(truth_path) for truth_path in sorted(folder.rglob("*.truth.json"))]
    if not clips:
        raise SourceError(
            f"{folder}: no NAME.truth.json in this folder; labelled clips are NAME.mp4 with one beside it"
        )
    return clips


def _read(truth_path: Path) -> LabelledClip:
    name = truth_path.name.removesuffix(".truth.json")
    try:
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{truth_path}: not a truth file: {error}") from error
    if not isinstance(truth, dict) or truth.get("schema") != TRUTH_SCHEMA or "exercise" not in truth:
        raise SourceError(f"{truth_path}: expected schema {TRUTH_SCHEMA!r} and an exercise")
    videos = [p for p in sorted(truth_path.parent.glob(f"{name}.*")) if p.suffix in (".mp4", ".mov", ".mkv", ".webm")]
    videos += [p for p in [truth_path.with_name(f"{name}.npz")] if p.exists()]
    if not videos:
        raise SourceError(f"{truth_path}: the clip it labels, {name}.mp4, is not beside it")
    frames_path = truth_path.with_name(f"{name}.truth.npz")
    frames: dict[str, FloatArray] = {}
    if frames_path.exists():
        with np.load(frames_path, allow_pickle=False) as stored:
            frames = {key: stored[key] for key in stored.files if not key.startswith("px_")}
    return LabelledClip(videos[0], truth, frames)


def evaluate_clip(clip: LabelledClip, recording: LandmarkRecording, spec: ExerciseSpec) -> ClipScore:
    """Score a clip from its landmark recording and hold it against its truth."""
    result = _score(clip, recording, spec)
    plain = _score(clip, _without_tracking(recording), spec)
    truth = clip.truth
    expected: list[dict[str, Any]] = truth.get("reps") or truth.get("holds") or []
    items: Sequence[Rep | Hold] = result.reps or result.holds
    matched = _match(items, expected)
    tolerance_s = float(truth.get("tolerance_s", _DEFAULT_TOLERANCE_S))
    time_errors = [e for item, true in matched for e in _time_errors(item, true)]
    hits, missed, alarms = _faults(items, expected, matched)
    must_refuse = bool(truth.get("setup"))
    return ClipScore(
        name=clip.path.stem,
        exercise=clip.exercise,
        azimuth_deg=clip.azimuth_deg,
        estimated_azimuth_deg=result.azimuth_deg,
        counted=len(items),
        true_count=len(expected),
        valid=result.counts.valid,
        flagged=result.counts.flagged,
        cannot_judge=result.counts.cannot_judge,
        refused_as_asked=bool(result.setup) or not must_refuse,
        time_errors_s=tuple(time_errors),
        late=sum(abs(e) > tolerance_s for e in time_errors),
        hold_errors_s=tuple(
            item.held_s - true["held_s"] for item, true in matched if isinstance(item, Hold) and "held_s" in true
        ),
        faults_found=hits,
        faults_missed=missed,
        false_alarms=alarms,
        setup=tuple(dict.fromkeys(problem.problem for problem in result.setup)),
        pairs=_pairs(clip, result, matched),
        plain=_pairs(clip, plain, _match(plain.reps or plain.holds, expected)),
        inside_2sd=_inside(clip, result),
    )


def _score(clip: LabelledClip, recording: LandmarkRecording, spec: ExerciseSpec) -> SetResult:
    engine = Engine(spec, stature_cm=clip.truth.get("height_cm"))
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", recording.model_sha256, recording.backend))


def _without_tracking(recording: LandmarkRecording) -> LandmarkRecording:
    """Return the recording with nothing but the pose model's own landmarks."""
    points, sd_px = recording.points.copy(), recording.sd_px.copy()
    points[:, len(MODEL_LANDMARKS) :], sd_px[:, len(MODEL_LANDMARKS) :] = np.nan, np.nan
    return replace(recording, points=points, sd_px=sd_px)


# ---------------------------------------------------------------------- reps and faults


def _match(items: Sequence[Rep | Hold], expected: Sequence[dict[str, Any]]) -> list[tuple[Rep | Hold, dict[str, Any]]]:
    """Pair what was found with what is true: by overlap in time, or by the peak where only that is given."""
    pairs, free = [], list(expected)
    for item in items:
        best = max(free, key=lambda true: _overlap(item, true), default=None)
        if best is not None and _overlap(item, best) > 0:
            pairs.append((item, best))
            free.remove(best)
    return pairs


def _overlap(item: Rep | Hold, true: Mapping[str, Any]) -> float:
    if "start_s" in true:
        return float(min(item.end_s, true["end_s"]) - max(item.start_s, true["start_s"]))
    return 1.0 if item.start_s <= true["peak_s"] <= item.end_s else 0.0


def _time_errors(item: Rep | Hold, true: Mapping[str, Any]) -> list[float]:
    return [getattr(item, key) - true[key] for key in ("start_s", "end_s") if key in true]


def _faults(
    items: Sequence[Rep | Hold],
    expected: Sequence[dict[str, Any]],
    matched: Sequence[tuple[Rep | Hold, dict[str, Any]]],
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return faults found, faults missed and false alarms; the last two as "rule in rep n"."""
    named = {fault for true in expected for fault in true.get("faults", [])}
    by_item = {id(item): true for item, true in matched}
    hits, alarms, seen = 0, [], set()
    for item in items:
        true = by_item.get(id(item), {})
        for fault in item.faults:
            if fault.rule in true.get("faults", []):
                hits += 1
                seen.add((id(true), fault.rule))
            elif fault.rule not in true.get("may", []) and (fault.rule not in _NEVER_WRONG or fault.rule in named):
                alarms.append(f"{fault.rule} in {item.index}")
    missed = [
        f"{rule} in {true.get('index', '?')}"
        for true in expected
        for rule in true.get("faults", [])
        if (id(true), rule) not in seen
    ]
    return hits, tuple(missed), tuple(alarms)


# ---------------------------------------------------------------------- quantities


def _pairs(
    clip: LabelledClip, result: SetResult, matched: Sequence[tuple[Rep | Hold, dict[str, Any]]]
) -> dict[str, tuple[Pair, ...]]:
    out: dict[str, tuple[Pair, ...]] = {}
    for quantity in ("heel_height_cm", "ankle_range_deg"):
        found = [_rep_pair(clip, item, true, quantity) for item, true in matched]
        out[quantity] = tuple(pair for pair in found if pair is not None)
    side = _judged_side(clip, result)
    for quantity in ("shank_inclination_deg", "knee_flexion_change_deg"):
        out[quantity] = tuple(_frame_pairs(clip, result, quantity, side))
    return {quantity: pairs for quantity, pairs in out.items() if pairs}


def _rep_pair(clip: LabelledClip, item: Rep | Hold, true: Mapping[str, Any], quantity: str) -> Pair | None:
    side = item.side if item.side != "both" else clip.truth.get("near_side")
    value = true.get("truth", {}).get(side, {}).get(quantity)
    if value is None or quantity not in item.peak:
        return None
    return Pair(float(value), item.peak[quantity], item.peak.get(f"{quantity}_sd", math.nan))


def _judged_side(clip: LabelledClip, result: SetResult) -> str:
    items = result.reps or result.holds
    side = items[0].side if items else "both"
    return side if side != "both" else str(clip.truth.get("near_side"))


def _columns(quantity: str, side: str) -> tuple[str, str]:
    """Return the column of a quantity in the truth and in the result."""
    stem, unit = quantity.rsplit("_", 1)
    return f"{stem.removesuffix('_change')}_{side}_{unit}", f"{stem}_{side}_{unit}"


def _frame_pairs(clip: LabelledClip, result: SetResult, quantity: str, side: str) -> list[Pair]:
    true_column, column = _columns(quantity, side)
    if true_column not in clip.frames or column not in result.series or not (result.reps or result.holds):
        return []
    true = np.interp(result.series["time_s"], clip.frames["time_s"], clip.frames[true_column])
    found, sd = result.series[column], result.series[f"{column}_sd"]
    if "_change_" in quantity or quantity.endswith("_change_deg"):
        rest = np.isfinite(found) & (np.abs(found) < _AT_REST_DEG)
        true = true - (np.median(true[rest]) if rest.any() else 0.0)
    items = result.reps or result.holds
    inside = np.zeros(len(true), dtype=bool)
    for item in items:
        inside |= (result.series["time_s"] >= item.start_s) & (result.series["time_s"] <= item.end_s)
    keep = inside & np.isfinite(found)
    return [Pair(*values) for values in zip(true[keep].tolist(), found[keep].tolist(), sd[keep].tolist(), strict=True)]


_AT_REST_DEG: Final = 4.0


def _inside(clip: LabelledClip, result: SetResult) -> dict[str, tuple[int, int]]:
    """Count, by quantity, the frames of reps whose truth lies within two stated standard deviations."""
    side = _judged_side(clip, result)
    out = {}
    for quantity in ("heel_height_cm", "sole_deg", "shank_inclination_deg", "knee_flexion_change_deg"):
        pairs = _frame_pairs(clip, result, quantity, side)
        if pairs:
            out[quantity] = (sum(abs(p.error) <= 2 * p.sd for p in pairs), len(pairs))
    return out


# ---------------------------------------------------------------------- totals


def summarise(scores: Sequence[ClipScore]) -> dict[str, float]:
    """Return the totals over clips: counts exact, timing, holds, faults, and mean absolute errors by quantity."""
    times = [abs(e) for score in scores for e in score.time_errors_s]
    holds = [abs(e) for score in scores for e in score.hold_errors_s]
    found = sum(score.faults_found for score in scores)
    alarms = sum(len(score.false_alarms) for score in scores)
    missed = sum(len(score.faults_missed) for score in scores)
    totals = {
        "clips": float(len(scores)),
        "counts_exact": float(sum(score.count_exact for score in scores)),
        "time_error_s": float(np.mean(times)) if times else math.nan,
        "hold_error_s": float(np.mean(holds)) if holds else math.nan,
        "fault_precision": found / (found + alarms) if found + alarms else math.nan,
        "fault_recall": found / (found + missed) if found + missed else math.nan,
    }
    for quantity in QUANTITIES:
        totals[quantity] = _mean_error(scores, quantity, "pairs")
        totals[f"{quantity}_plain"] = _mean_error(scores, quantity, "plain")
    return totals


def _mean_error(scores: Sequence[ClipScore], quantity: str, which: str) -> float:
    """Mean absolute error over clips of equal weight."""
    per_clip = [
        float(np.mean([abs(pair.error) for pair in getattr(score, which)[quantity]]))
        for score in scores
        if quantity in getattr(score, which)
    ]
    return float(np.mean(per_clip)) if per_clip else math.nan
