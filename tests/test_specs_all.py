"""Every shipped exercise: it cites its numbers, and what a camera judges comes out exact on a labelled recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from formcheck.engine import Engine
from formcheck.errors import SpecError
from formcheck.evaluate import ClipScore, LabelledClip, Truth, evaluate_clip
from formcheck.model import Provenance
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec, read_spec
from formcheck.specs.locator import shipped_folder

ROOT = Path(__file__).parent.parent
SPECS = {path.stem: read_spec(path).spec for path in sorted(shipped_folder().glob("*.yaml"))}
GUIDED = sorted(name for name, spec in SPECS.items() if spec.movement.kind == "guided")
JUDGED = sorted(set(SPECS) - set(GUIDED))
LABELLED = {
    path.stem: path for folder in ("tests/recordings", "samples") for path in sorted((ROOT / folder).glob("*.npz"))
}
HOLD_TOLERANCE_S = 0.3


def truth_of(name: str) -> dict[str, Any]:
    path = LABELLED[name].with_suffix("").with_suffix(".truth.json")
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@cache
def score(name: str) -> ClipScore:
    clip = LabelledClip(LABELLED[name], Truth.model_validate(truth_of(name)), {})
    return evaluate_clip(clip, load_recording(LABELLED[name]), load_spec(clip.exercise).spec)


def cited(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every group of a spec that holds a number with a source."""
    if isinstance(value, dict):
        if "source" in value:
            yield value
        for inner in value.values():
            yield from cited(inner)


def test_there_is_something_to_test() -> None:
    assert len(JUDGED) >= 19
    assert len(GUIDED) >= 20
    assert len(LABELLED) >= 20


@pytest.mark.parametrize("exercise", JUDGED)
def test_what_a_camera_judges_has_a_labelled_recording(exercise: str) -> None:
    counts = [len(truth["reps"]) + len(truth["holds"]) for truth in map(truth_of, LABELLED)]
    exercises = [truth["exercise"] for truth in map(truth_of, LABELLED)]
    assert any(name == exercise and count > 0 for name, count in zip(exercises, counts, strict=True))


@pytest.mark.parametrize("name", LABELLED)
def test_counts_of_labelled_recordings_are_exact(name: str) -> None:
    found = score(name)
    assert found.counted == found.true_count


MISSED = {
    "step_down_hugo": "a white shirt before a white wall leaves the pelvis to hip landmarks, which show part of a drop "
    "of 10°: a watch, 6.2 ± 1.3 of 5 beyond the other reps",
}
"""Faults that are not found, and why. An entry that no longer holds fails: the misses stay counted."""
MISTIMED = {"seated_ankle_pump_carl": "the first pump is found to begin 0.31 s early; the label allows 0.3 s"}


def missing(name: str, reasons: dict[str, str]) -> Any:
    marks = pytest.mark.xfail(reason=reasons[name], strict=True) if name in reasons else ()
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [missing(name, MISTIMED) for name in LABELLED if truth_of(name)["reps"]])
def test_reps_begin_and_end_when_they_do(name: str) -> None:
    found = score(name)
    assert len(found.time_errors_s) == 2 * found.true_count
    assert found.late == 0


@pytest.mark.parametrize("name", [missing(name, MISSED) for name in LABELLED])
def test_injected_faults_are_found(name: str) -> None:
    assert score(name).faults_missed == ()


@pytest.mark.parametrize("name", LABELLED)
def test_clean_reps_have_no_faults(name: str) -> None:
    assert score(name).false_alarms == ()


@pytest.mark.parametrize("name", [name for name in LABELLED if truth_of(name)["holds"]])
def test_holds_are_timed(name: str) -> None:
    found = score(name)
    assert len(found.hold_errors_s) == found.true_count
    assert max(map(abs, found.hold_errors_s)) <= HOLD_TOLERANCE_S + 1e-9


@pytest.mark.parametrize("exercise", SPECS)
def test_every_spec_cites_its_numbers(exercise: str) -> None:
    groups = list(cited(SPECS[exercise].model_dump()))
    assert groups
    assert all(len(group["source"]) >= 8 for group in groups)


@pytest.mark.parametrize("exercise", GUIDED)
def test_nothing_of_a_guided_exercise_is_judged(exercise: str) -> None:
    spec = SPECS[exercise]
    assert not spec.rules
    assert not spec.peak
    assert any("Nothing of this exercise is measured" in line for line in spec.not_judged)
    with pytest.raises(SpecError, match="nothing of this exercise is measured"):
        Engine(spec)


@pytest.mark.parametrize("exercise", [name for name in JUDGED if name not in ("walking",)])
@pytest.mark.parametrize("name", ["walking", "walking_left"])
def test_walking_past_counts_nothing(exercise: str, name: str) -> None:
    recording = load_recording(LABELLED[name])
    engine = Engine(load_spec(exercise).spec)
    engine.run(recording)
    assert engine.finish(recording.source, Provenance("", "", "", "")).counts.completed == 0
