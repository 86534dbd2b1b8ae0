"""Evaluation against labelled clips."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure import film, heel_raises
from test_engine_laws import DURATION_S, STARTS

from formcheck.errors import SourceError
from formcheck.evaluate import LabelledClip, evaluate_clip, find_labelled, summarise
from formcheck.specs.loader import load_spec

SPEC = load_spec("heel_raise").spec


def label(**changes: Any) -> LabelledClip:
    reps = [
        {
            "index": k + 1,
            "side": "both",
            "start_s": start,
            "end_s": start + 1.9,
            "faults": [],
            "truth": {"right": {"heel_height_cm": 8.2, "ankle_range_deg": 30.0}},
        }
        for k, start in enumerate(STARTS)
    ]
    truth = {"exercise": "heel_raise", "near_side": "right", "height_cm": 175.0, "reps": reps, "holds": [], "setup": []}
    return LabelledClip(Path("figure.mp4"), truth | changes, {})


RECORDING = film(heel_raises(STARTS), DURATION_S)


def test_a_clip_found_as_labelled_is_exact() -> None:
    score = evaluate_clip(label(), RECORDING, SPEC)
    assert score.count_exact
    assert score.late == 0
    assert not score.faults_missed
    assert not score.false_alarms
    assert [abs(pair.error) < 0.7 for pair in score.pairs["heel_height_cm"]] == [True] * len(STARTS)


def test_a_missing_rep_is_no_exact_count() -> None:
    truth = label().truth
    assert not evaluate_clip(label(reps=truth["reps"][:-1]), RECORDING, SPEC).count_exact


def test_faults_are_missed_found_and_false() -> None:
    reps = [dict(rep) for rep in label().truth["reps"]]
    reps[1]["faults"] = ["knee_bend"]
    missed = evaluate_clip(label(reps=reps), RECORDING, SPEC)
    assert missed.faults_missed == ("knee_bend in 2",)
    small = film(lambda t: heel_raises(STARTS, 0.4 if 3.5 < t < 6.2 else 1.0)(t), DURATION_S)
    assert evaluate_clip(label(), small, SPEC).false_alarms == ("low_height in 2",)
    reps[1] |= {"faults": [], "may": ["low_height"]}
    assert not evaluate_clip(label(reps=reps), small, SPEC).false_alarms


def test_a_clip_to_be_refused_must_be_refused() -> None:
    assert not evaluate_clip(label(setup=["feet_out_of_frame"], reps=[]), RECORDING, SPEC).count_exact
    cut = replace(RECORDING, points=RECORDING.points + np.float32([0, 60]))
    assert evaluate_clip(label(setup=["feet_out_of_frame"], reps=[]), cut, SPEC).count_exact


def test_totals_weigh_clips_alike() -> None:
    scores = [evaluate_clip(label(), RECORDING, SPEC)] * 2
    totals = summarise(scores)
    assert totals["clips"] == totals["counts_exact"] == 2
    assert totals["heel_height_cm"] < totals["heel_height_cm_plain"] + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "not a truth file"), (json.dumps({"schema": "other"}), "expected schema"), (None, "no NAME.truth.json")],
    ids=["broken", "another schema", "none"],
)
def test_bad_labels_are_told(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "clip.truth.json").write_text(text)
    with pytest.raises(SourceError, match=told):
        find_labelled(tmp_path)


def test_a_label_without_its_clip_is_told(tmp_path: Path) -> None:
    (tmp_path / "clip.truth.json").write_text(json.dumps({"schema": "formcheck.truth/1", "exercise": "heel_raise"}))
    with pytest.raises(SourceError, match=r"clip\.mp4, is not beside it"):
        find_labelled(tmp_path)
