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

from formcheck.errors import FormcheckError, SourceError
from formcheck.evaluate import (
    QUANTITIES,
    LabelledClip,
    Truth,
    evaluate_clip,
    find_labelled,
    observe_labelled,
    summarise,
)
from formcheck.skeleton import INDEX, MODEL_LANDMARKS
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
    truth = {"schema": "formcheck.truth/1", "exercise": "heel_raise", "near_side": "right", "height_cm": 175.0}
    return LabelledClip(Path("figure.mp4"), Truth.model_validate(truth | {"reps": reps} | changes), {})


def reps() -> list[dict[str, Any]]:
    return [rep.model_dump() for rep in label().truth.reps]


MOTION = heel_raises(STARTS)
RECORDING = film(MOTION, DURATION_S)


def with_frames() -> LabelledClip:
    """A rendered clip's truth: a value a frame, here those the stick figure was posed with."""
    time_s = np.arange(0.0, DURATION_S, 0.02)
    poses = [MOTION(t) for t in time_s]
    frames = {
        "time_s": time_s,
        "shank_inclination_right_deg": np.array([pose.shank_deg for pose in poses]),
        "knee_flexion_right_deg": np.array([pose.knee_deg for pose in poses]),
        "sole_right_deg": np.array([pose.sole_deg for pose in poses]),
    }
    return replace(label(rendered=True), frames=frames)


def test_a_clip_found_as_labelled_is_exact() -> None:
    score = evaluate_clip(label(), RECORDING, SPEC)
    assert score.count_exact
    assert score.late == 0
    assert not score.faults_missed
    assert not score.false_alarms
    assert [abs(pair.error) < 0.7 for pair in score.pairs["heel_height_cm"]] == [True] * len(STARTS)


def test_a_missing_rep_is_no_exact_count() -> None:
    assert not evaluate_clip(label(reps=reps()[:-1]), RECORDING, SPEC).count_exact


def test_faults_are_missed_found_and_false() -> None:
    named = reps()
    named[1]["faults"] = ["knee_bend"]
    missed = evaluate_clip(label(reps=named), RECORDING, SPEC)
    assert missed.faults_missed == ("knee_bend in 2",)
    small = film(lambda t: heel_raises(STARTS, 0.4 if 3.5 < t < 6.2 else 1.0)(t), DURATION_S)
    assert evaluate_clip(label(), small, SPEC).false_alarms == ("low_height in 2",)
    named[1]["faults"] = ["low_height"]
    found = evaluate_clip(label(reps=named), small, SPEC)
    assert (found.faults_found, found.faults_missed, found.false_alarms) == (1, (), ())
    named[1] |= {"faults": [], "may": ["low_height"]}
    assert not evaluate_clip(label(reps=named), small, SPEC).false_alarms


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


def test_frames_are_held_against_their_truth() -> None:
    score = evaluate_clip(with_frames(), RECORDING, SPEC)
    assert set(score.pairs) == set(QUANTITIES)
    for quantity in ("shank_inclination_deg", "knee_flexion_change_deg"):
        assert len(score.pairs[quantity]) > 100
        assert max(abs(pair.error) for pair in score.pairs[quantity]) < 1.5
    inside, frames = score.inside_2sd["sole_deg"]
    assert 0.9 * frames <= inside <= frames


def test_a_wrong_truth_lies_outside_the_stated_uncertainty() -> None:
    clip = with_frames()
    wrong = {**clip.frames, "sole_right_deg": clip.frames["sole_right_deg"] + 60.0}
    inside, frames = evaluate_clip(replace(clip, frames=wrong), RECORDING, SPEC).inside_2sd["sole_deg"]
    assert frames > 100
    assert inside == 0


def test_only_frames_of_reps_are_compared() -> None:
    clip = with_frames()
    at_rest = np.array([not any(start - 0.3 < t < start + 2.2 for start in STARTS) for t in clip.frames["time_s"]])
    assert at_rest.mean() > 0.1
    shank = np.where(at_rest, 80.0, clip.frames["shank_inclination_right_deg"])
    wrong = replace(clip, frames={**clip.frames, "shank_inclination_right_deg": shank})
    pairs = evaluate_clip(wrong, RECORDING, SPEC).pairs["shank_inclination_deg"]
    assert max(abs(pair.error) for pair in pairs) < 1.5


def test_only_frames_of_true_reps_are_compared() -> None:
    """However long a rep is found to last: so ours and the landmarks alone are held against the same frames."""
    clip = with_frames()
    half = clip.truth.reps[:2]
    fewer = replace(clip, truth=clip.truth.model_copy(update={"reps": half}))
    every, some = (evaluate_clip(each, RECORDING, SPEC).pairs["shank_inclination_deg"] for each in (clip, fewer))
    assert len(some) == pytest.approx(len(every) * len(half) / len(STARTS), abs=2)


def test_a_true_rep_is_matched_once() -> None:
    one = [{"start_s": 0.0, "end_s": DURATION_S, "truth": {"right": {"heel_height_cm": 8.2}}}]
    score = evaluate_clip(label(reps=one), RECORDING, SPEC)
    assert score.counted == len(STARTS)
    assert len(score.pairs["heel_height_cm"]) == 1


def test_reps_known_by_their_peak_alone_are_matched() -> None:
    known = [{"peak_s": start + 0.95, "truth": {"right": {"heel_height_cm": 8.2}}} for start in STARTS]
    score = evaluate_clip(label(reps=known), RECORDING, SPEC)
    assert score.count_exact
    assert len(score.pairs["heel_height_cm"]) == len(STARTS)
    assert score.time_errors_s == ()


def test_a_quantity_that_the_exercise_does_not_report_is_not_asked() -> None:
    assert evaluate_clip(with_frames(), RECORDING, SPEC).asked == frozenset(QUANTITIES)
    assert "heel_height_cm" not in evaluate_clip(with_frames(), RECORDING, load_spec("squat").spec).asked
    seated = evaluate_clip(with_frames(), RECORDING, load_spec("seated_calf_raise").spec)
    assert "knee_flexion_change_deg" not in seated.asked


def test_plain_landmarks_come_from_the_recording_that_is_given() -> None:
    sunk = RECORDING.points.copy()
    sunk[:, len(MODEL_LANDMARKS) :] = np.nan
    plain = replace(RECORDING, points=sunk)
    derived = evaluate_clip(with_frames(), RECORDING, SPEC)
    given = evaluate_clip(with_frames(), RECORDING, SPEC, plain=plain)
    assert given.plain == derived.plain != given.pairs
    assert (derived.from_recording, given.from_recording) == (True, False)


def test_a_recording_of_a_turned_person_tells_plain_heels_only() -> None:
    points = RECORDING.points.copy()
    points[:, INDEX["left_shoulder"], 0] += 26  # shoulders as seen some 40° from the side
    points[:, INDEX["right_shoulder"], 0] -= 26
    turned = evaluate_clip(with_frames(), replace(RECORDING, points=points), SPEC)
    assert abs(turned.estimated_azimuth_deg) == pytest.approx(40, abs=5)
    assert "ankle_range_deg" in turned.pairs
    assert set(turned.plain) == {"heel_height_cm"}
    assert set(evaluate_clip(with_frames(), RECORDING, SPEC).plain) == set(QUANTITIES)


def test_feet_of_unrendered_clips_are_described_without_a_truth() -> None:
    assert evaluate_clip(with_frames(), RECORDING, SPEC).motions == ()
    uneven = film(MOTION, DURATION_S, other=heel_raises(STARTS, 0.7))
    motions = evaluate_clip(label(), uneven, SPEC).motions
    near, far = (motion for motion in motions if motion.quantity == "heel_height_cm")
    assert near.swing == pytest.approx(8.2, abs=0.8)
    assert far.swing < near.swing
    assert (near.near, far.near) == (True, False)
    assert near.rest_sd < 0.2
    assert {(motion.quantity, motion.near) for motion in motions} == {
        (quantity, near) for quantity in ("heel_height_cm", "sole_deg") for near in (True, False)
    }


def test_recordings_need_no_network_and_bad_ones_do_not_stop_the_others(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    seen = dict(observe_labelled([tmp_path / "bad.npz", samples / "hr_single_partial.npz"]))
    assert isinstance(seen[0], SourceError)
    assert not isinstance(seen[1], FormcheckError)
    assert seen[1].plain is None
    assert len(seen[1].scored) > 300


@pytest.mark.parametrize(
    ("rep", "told"),
    [
        ({"start_s": 1.0}, r"reps\.0: needs start_s and end_s, or peak_s"),
        ({"peak_s": "soon"}, r"reps\.0\.peak_s: "),
        ({"peak_s": -1}, r"reps\.0\.peak_s: "),
        ({"peak_s": 1.0, "truth": {"both": {"heel_height_cm": 8}}}, r"reps\.0\.truth\.both"),
        ({"peak_s": 1.0, "truth": {"left": {"heel_height_cm": "8 cm"}}}, r"reps\.0\.truth\.left\.heel_height_cm: "),
    ],
    ids=["no end", "words", "before the video", "both sides at once", "unit in the number"],
)
def test_mistakes_in_a_label_are_told_with_their_place(tmp_path: Path, rep: dict[str, Any], told: str) -> None:
    text = json.dumps({"schema": "formcheck.truth/1", "exercise": "heel_raise", "reps": [rep]})
    (tmp_path / "clip.truth.json").write_text(text)
    with pytest.raises(SourceError, match=told) as raised:
        find_labelled(tmp_path)
    assert len(str(raised.value).splitlines()) == 1
