"""How one labelled clip came out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from formcheck.engine import Engine
from formcheck.evaluate.matching import hold_errors_s, match, score_faults, time_errors_s
from formcheck.evaluate.motion import FootMotion, foot_motions
from formcheck.evaluate.quantities import Pair, asked_quantities, compare, count_inside
from formcheck.evaluate.truth import LabelledClip
from formcheck.model import Hold, LandmarkRecording, Provenance, Rep, SetResult
from formcheck.skeleton import MODEL_LANDMARKS
from formcheck.specs.schema import ExerciseSpec

__all__ = ["ClipScore", "evaluate_clip"]

_LEGS_REPLACED_FROM_DEG: Final = 30.0
"""Beyond some 35° a recording holds knees and ankles from the picture in place of the pose model's own."""


@dataclass(frozen=True, slots=True)
class ClipScore:
    """How one clip came out. Times in seconds, found minus true.

    `asked` are the quantities that its truth and exercise allow to check, `pairs` what was found of them, `plain` what
    the pose model's landmarks alone give; `inside_2sd` counts frames (inside, all). `motions` are of real feet only.
    """

    name: str
    exercise: str
    rendered: bool
    worn: str
    from_recording: bool
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
    asked: frozenset[str] = frozenset()
    pairs: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    plain: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict)
    inside_2sd: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    motions: tuple[FootMotion, ...] = ()

    @property
    def count_exact(self) -> bool:
        """Whether as many reps or holds were counted as there are, and a clip to be refused was refused."""
        return self.counted == self.true_count and self.refused_as_asked


def evaluate_clip(
    clip: LabelledClip, recording: LandmarkRecording, spec: ExerciseSpec, *, plain: LandmarkRecording | None = None
) -> ClipScore:
    """Score a clip from its landmark recording and hold it against its truth.

    `plain` is the recording of the pose model's landmarks alone. Without it they are taken from `recording`, as far as
    they are still in it.
    """
    truth, expected = clip.truth, clip.truth.items
    result = _score(clip, recording, spec)
    plain_result = _score(clip, _without_tracking(recording) if plain is None else plain, spec)
    items: Sequence[Rep | Hold] = result.reps or result.holds
    matched = match(items, expected)
    errors_s = time_errors_s(matched)
    faults = score_faults(items, expected, matched)
    asked = asked_quantities(clip, spec)
    known = asked if plain is not None else _kept_plain(asked, result)
    return ClipScore(
        name=clip.path.stem,
        exercise=clip.exercise,
        rendered=truth.rendered,
        worn=truth.worn,
        from_recording=plain is None,
        azimuth_deg=truth.azimuth_deg,
        estimated_azimuth_deg=result.azimuth_deg,
        counted=len(items),
        true_count=len(expected),
        valid=result.counts.valid,
        flagged=result.counts.flagged,
        cannot_judge=result.counts.cannot_judge,
        refused_as_asked=bool(result.setup) or not truth.setup,
        time_errors_s=errors_s,
        late=sum(abs(error) > truth.tolerance_s for error in errors_s),
        hold_errors_s=hold_errors_s(matched),
        faults_found=faults.found,
        faults_missed=faults.missed,
        false_alarms=faults.false_alarms,
        setup=tuple(dict.fromkeys(problem.problem for problem in result.setup)),
        asked=asked,
        pairs=compare(clip, result, matched, asked),
        plain=compare(clip, plain_result, match(plain_result.reps or plain_result.holds, expected), known),
        inside_2sd=count_inside(clip, result, asked),
        motions=() if truth.rendered else foot_motions(result, plain_result),
    )


def _score(clip: LabelledClip, recording: LandmarkRecording, spec: ExerciseSpec) -> SetResult:
    engine = Engine(spec, stature_cm=clip.truth.height_cm)
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", recording.model_sha256, recording.backend))


def _without_tracking(recording: LandmarkRecording) -> LandmarkRecording:
    """Return the recording with nothing but the first landmarks, which are the pose model's own in side views."""
    points, sd_px = recording.points.copy(), recording.sd_px.copy()
    points[:, len(MODEL_LANDMARKS) :], sd_px[:, len(MODEL_LANDMARKS) :] = np.nan, np.nan
    return replace(recording, points=points, sd_px=sd_px)


def _kept_plain(asked: frozenset[str], result: SetResult) -> frozenset[str]:
    """Return the quantities for which a recording still holds the pose model's own landmarks."""
    turned = math.isfinite(result.azimuth_deg) and abs(result.azimuth_deg) >= _LEGS_REPLACED_FROM_DEG
    return asked & {"heel_height_cm"} if turned else asked
