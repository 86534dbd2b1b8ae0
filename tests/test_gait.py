"""Walking: rendered walks with true strikes, and laws that hold for any of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure import drop
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from formcheck.engine import Engine
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.report import render_table, result_json
from formcheck.report._summary import counts_words
from formcheck.skeleton import index, mirrored_order
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec

FOLDER = Path(__file__).parent / "recordings"
WALKS = ("walking", "walking_left", "walking_oblique", "walking_on_the_spot")
ACROSS = WALKS[:3]


def recording_of(name: str) -> LandmarkRecording:
    return load_recording(FOLDER / f"{name}.npz")


def truth_of(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.truth.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def walk(recording: LandmarkRecording, stature_cm: float | None = None) -> SetResult:
    engine = Engine(load_spec("walking").spec, stature_cm=stature_cm)
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", ""))


def every(recording: LandmarkRecording, nth: int) -> LandmarkRecording:
    return replace(
        recording,
        **{key: getattr(recording, key)[::nth] for key in ("time_s", "points", "visibility", "sd_px")},
    )


def mirrored(recording: LandmarkRecording) -> LandmarkRecording:
    order = mirrored_order()
    points = recording.points[:, order].copy()
    points[..., 0] = recording.source.width - points[..., 0]
    return replace(recording, points=points, visibility=recording.visibility[:, order], sd_px=recording.sd_px[:, order])


@pytest.mark.parametrize("name", WALKS)
def test_cadence_is_within_two_percent_of_the_truth(name: str) -> None:
    summary = walk(recording_of(name)).summary
    assert summary["cadence_per_min"] == pytest.approx(truth_of(name)["gait"]["cadence_per_min"], rel=0.02)
    assert summary["stride_time_s"] == pytest.approx(truth_of(name)["gait"]["stride_time_s"], rel=0.02)


@pytest.mark.parametrize("name", ACROSS)
def test_push_off_of_the_near_leg_is_within_six_degrees_of_the_truth(name: str) -> None:
    side = truth_of(name)["near_side"]
    summary = walk(recording_of(name)).summary
    assert summary[f"push_off_{side}_deg"] == pytest.approx(truth_of(name)["gait"]["push_off_deg"][side], abs=6.0)
    assert summary[f"push_off_{side}_deg_sd"] > 0


@pytest.mark.parametrize("name", ACROSS)
def test_stride_length_is_within_five_percent_of_the_truth(name: str) -> None:
    truth = truth_of(name)
    summary = walk(recording_of(name), truth["height_cm"]).summary
    assert summary["stride_length_cm"] == pytest.approx(truth["gait"]["stride_length_cm"], rel=0.05)


@pytest.mark.parametrize("name", WALKS)
def test_each_stride_begins_with_a_strike_of_its_foot(name: str) -> None:
    strikes = truth_of(name)["gait"]["strikes"]
    for rep in walk(recording_of(name)).reps:
        nearest = min(strikes, key=lambda strike: abs(strike["time_s"] - rep.start_s))
        assert nearest["side"] == rep.side
        assert rep.start_s == pytest.approx(nearest["time_s"], abs=0.1)


@pytest.mark.parametrize("name", WALKS)
def test_even_walks_are_called_even(name: str) -> None:
    assert walk(recording_of(name)).summary["step_time_asymmetry_percent"] < 10.0


def test_a_limp_is_seen() -> None:
    recording, strikes = recording_of("walking"), truth_of("walking")["gait"]["strikes"]
    times = [strike["time_s"] for strike in strikes]
    limped = np.cumsum([times[0], *(0.65 if strike["side"] == "left" else 0.43 for strike in strikes[1:])])
    inside = (recording.time_s > times[0]) & (recording.time_s < times[-1])
    cut = {key: getattr(recording, key)[inside] for key in ("points", "visibility", "sd_px")}
    limping = replace(recording, time_s=np.interp(recording.time_s[inside], times, limped), **cut)
    assert walk(limping).summary["step_time_asymmetry_percent"] == pytest.approx(100 * 0.22 / 0.54, abs=12.0)


def test_on_the_spot_nothing_is_said_of_length_and_push_off() -> None:
    result = walk(recording_of("walking_on_the_spot"))
    assert not any(key.startswith(("stride_length", "push_off")) for key in result.summary)
    assert all("push_off" in rep.not_judged for rep in result.reps)


def test_the_far_leg_is_not_judged() -> None:
    far = [rep for rep in walk(recording_of("walking")).reps if rep.side == "left"]
    assert far
    assert all("far leg" in rep.not_judged["push_off"] for rep in far)


@pytest.mark.parametrize("name", WALKS)
def test_cadence_does_not_depend_on_frame_rate(name: str) -> None:
    recording = recording_of(name)
    whole, half = walk(recording).summary, walk(every(recording, 2)).summary
    assert half["cadence_per_min"] == pytest.approx(whole["cadence_per_min"], rel=0.02)


@pytest.mark.parametrize("name", WALKS)
def test_a_mirrored_walk_has_mirrored_sides(name: str) -> None:
    swap = {"left": "right", "right": "left"}
    one, other = walk(recording_of(name)), walk(mirrored(recording_of(name)))
    assert [swap[rep.side] for rep in one.reps] == [rep.side for rep in other.reps]
    assert other.summary["cadence_per_min"] == pytest.approx(one.summary["cadence_per_min"], rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(start_s=st.floats(0.0, 4.0), length_s=st.floats(0.05, 4.0))
def test_dropouts_never_add_strides(start_s: float, length_s: float) -> None:
    recording = recording_of("walking")
    whole = walk(recording).counts.completed
    assert walk(drop(recording, start_s, start_s + length_s)).counts.completed <= whole


@pytest.mark.parametrize("name", ["single_leg_stance", "seated_ankle_pump", "tibial_raise"])
def test_who_does_not_walk_has_no_strides_and_is_told(name: str) -> None:
    result = walk(recording_of(name))
    assert result.counts.completed == 0
    assert [problem.problem for problem in result.setup][-1] == "no_strides"
    assert counts_words(result) == "no strides were found"


def test_a_walk_towards_the_camera_is_refused() -> None:
    result = walk(recording_of("step_down"))
    assert result.counts.completed == 0
    assert "turn_sideways" in [problem.problem for problem in result.setup]


def test_cadence_stands_in_the_table_and_in_the_json() -> None:
    result = walk(recording_of("walking"))
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(render_table(result))
    assert "Cadence: 111.7 a minute" in console.export_text()
    assert result_json(result)["summary"]["cadence_per_min"] == pytest.approx(111.7, abs=0.1)


def there_and_back(away_s: float) -> LandmarkRecording:
    """A walk across the picture, `away_s` seconds without anybody in it, and the same walk the other way."""
    there = recording_of("walking")
    back = mirrored(there)
    shift_s = float(there.time_s[-1]) + away_s
    gone = np.arange(1, round(away_s * 25)) / 25 + there.time_s[-1]
    unseen = {
        key: np.full((len(gone), *getattr(there, key).shape[1:]), value, dtype=np.float32)
        for key, value in (("points", np.nan), ("visibility", 0.0), ("sd_px", np.nan))
    }
    return replace(
        there,
        time_s=np.concatenate([there.time_s, gone, back.time_s + shift_s]),
        **{key: np.concatenate([getattr(there, key), unseen[key], getattr(back, key)]) for key in unseen},
    )


@pytest.mark.parametrize("away_s", [1.5, 4.0, 12.0])
def test_a_turn_outside_the_picture_is_no_part_of_the_walk(away_s: float) -> None:
    once, both = walk(recording_of("walking")), walk(there_and_back(away_s))
    truth = truth_of("walking")["gait"]
    assert both.counts.completed == 2 * once.counts.completed
    assert [rep.index for rep in both.reps] == list(range(1, both.counts.completed + 1))
    assert both.summary["cadence_per_min"] == pytest.approx(truth["cadence_per_min"], rel=0.02)
    assert both.summary["step_time_asymmetry_percent"] < 5.0
    assert both.summary["push_off_left_deg"] == pytest.approx(both.summary["push_off_right_deg"], abs=1.0)


def joined(first: LandmarkRecording, second: LandmarkRecording) -> LandmarkRecording:
    """Return one recording after the other, a frame apart."""
    frame_s = float(np.median(np.diff(first.time_s)))
    parts = {
        key: np.concatenate([getattr(first, key), getattr(second, key)]) for key in ("points", "visibility", "sd_px")
    }
    later = second.time_s - second.time_s[0] + first.time_s[-1] + frame_s
    return replace(first, time_s=np.concatenate([first.time_s, later]), **parts)


def standing(recording: LandmarkRecording, seconds: float) -> LandmarkRecording:
    """Return the pose of the first frame, kept with the noise of a landmark."""
    n = round(seconds / float(np.median(np.diff(recording.time_s))))
    noise = np.random.default_rng(1).normal(0.0, 0.5, (n, *recording.points.shape[1:]))
    return replace(
        recording,
        time_s=np.linspace(0.0, seconds, n, endpoint=False),
        points=(recording.points[:1] + noise).astype(np.float32),
        visibility=np.repeat(recording.visibility[:1], n, axis=0),
        sd_px=np.repeat(recording.sd_px[:1], n, axis=0),
    )


@pytest.mark.parametrize("name", ACROSS)
@pytest.mark.parametrize("seconds", [2.0, 6.0, 15.0])
def test_who_stands_before_the_walk_walks_no_slower(name: str, seconds: float) -> None:
    walked = recording_of(name)
    alone, after = walk(walked), walk(joined(standing(walked, seconds), walked))
    assert after.summary["cadence_per_min"] == pytest.approx(alone.summary["cadence_per_min"], rel=0.05)
    assert after.summary["step_time_asymmetry_percent"] < 12.0
    assert after.counts.completed == pytest.approx(alone.counts.completed, abs=1)


@settings(max_examples=20)
@given(cut=st.integers(0, 11))
def test_there_and_back_is_two_ways_wherever_the_turn_falls(cut: int) -> None:
    walked = recording_of("walking")
    there = replace(
        walked,
        **{key: getattr(walked, key)[: len(walked) - cut] for key in ("time_s", "points", "visibility", "sd_px")},
    )
    result = walk(joined(there, mirrored(walked)))
    assert result.summary["step_time_asymmetry_percent"] < 6.0
    assert abs(result.counts.completed - walk(there).counts.completed - walk(walked).counts.completed) <= 1


LEGS = [index(side, part) for side in ("left", "right") for part in ("knee", "ankle", "heel", "foot_index")]


def legs_unseen(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return a recording with legs that are not seen for a while."""
    return _legs(recording, start_s, end_s, lambda points: np.full_like(points, np.nan), 0.0)


def legs_guessed(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return a recording with legs that the network guesses for a while, and says so."""
    noise = np.random.default_rng(3)
    return _legs(recording, start_s, end_s, lambda points: points + noise.normal(0.0, 40.0, points.shape), 0.15)


def legs_stuck(recording: LandmarkRecording, start_s: float, end_s: float) -> LandmarkRecording:
    """Return a recording with legs that go along stiffly for a while, out of the picture."""
    return _legs(recording, start_s, end_s, lambda points: np.broadcast_to(points[:1], points.shape), 0.15)


def _legs(
    recording: LandmarkRecording, start_s: float, end_s: float, change: Callable[[Any], Any], visibility: float
) -> LandmarkRecording:
    frames = np.flatnonzero((recording.time_s >= start_s) & (recording.time_s < end_s))
    if not len(frames):
        return recording
    points, seen = recording.points.copy(), recording.visibility.copy()
    points[np.ix_(frames, LEGS)] = change(points[np.ix_(frames, LEGS)])
    seen[np.ix_(frames, LEGS)] = visibility
    return replace(recording, points=points, visibility=seen)


@pytest.mark.parametrize("hidden", [drop, legs_unseen, legs_guessed, legs_stuck])
@pytest.mark.parametrize("name", WALKS)
@settings(max_examples=25)
@given(start_s=st.floats(0.3, 5.0), length_s=st.floats(0.05, 3.0))
def test_nothing_is_made_up_where_legs_are_not_seen(hidden: Any, name: str, start_s: float, length_s: float) -> None:
    truth = truth_of(name)["gait"]
    result = walk(hidden(recording_of(name), start_s, start_s + length_s))
    for rep in result.reps:
        own = np.array([strike["time_s"] for strike in truth["strikes"] if strike["side"] == rep.side])
        first, last = (int(np.abs(own - t).argmin()) for t in (rep.start_s, rep.end_s))
        assert last == first + 1
        assert np.abs(own[[first, last]] - [rep.start_s, rep.end_s]).max() < 0.25  # half a step
    if result.reps:
        assert result.summary["cadence_per_min"] == pytest.approx(truth["cadence_per_min"], rel=0.05)


def test_who_is_seen_without_feet_is_told() -> None:
    recording = recording_of("walking")
    result = walk(legs_guessed(recording, 0.0, 99.0))
    assert result.counts.completed == 0
    assert "feet_out_of_frame" in [problem.problem for problem in result.setup]
