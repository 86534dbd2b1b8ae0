"""Laws of the engine: what must hold for any set, whoever does it and however it was filmed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from figure import Motion, Pose, bumps, drop, film, heel_raises, mirror
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.engine import Engine
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.report import result_json
from formcheck.specs.loader import load_spec

STARTS = [1.5, 4.0, 6.5, 9.0]
DURATION_S = 12.0


def judge(recording: LandmarkRecording, exercise: str = "heel_raise", **kwargs: object) -> SetResult:
    engine = Engine(load_spec(exercise).spec, **kwargs)  # type: ignore[arg-type]
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", ""))


@pytest.mark.parametrize("fps", [10.0, 15.0, 24.0, 30.0, 60.0, 120.0])
def test_count_and_times_do_not_depend_on_frame_rate(fps: float) -> None:
    result = judge(film(heel_raises(STARTS), DURATION_S, fps))
    assert result.counts.completed == len(STARTS)
    assert [rep.start_s for rep in result.reps] == pytest.approx(STARTS, abs=0.15)
    assert [rep.end_s for rep in result.reps] == pytest.approx([s + 1.9 for s in STARTS], abs=0.15)


@settings(max_examples=25, deadline=None)
@given(
    rests=st.lists(st.floats(0.5, 2.0), min_size=1, max_size=5),
    up_s=st.floats(0.3, 1.5),
    height=st.floats(0.6, 1.2),
    fps=st.sampled_from([10.0, 25.0, 60.0]),
)
def test_every_heel_raise_is_counted_once(rests: list[float], up_s: float, height: float, fps: float) -> None:
    starts, t = [], 1.5
    for rest in rests:
        starts.append(t)
        t += 2 * up_s + 0.3 + rest
    result = judge(film(heel_raises(starts, height, up_s=up_s), t + 1.0, fps))
    assert result.counts.completed == len(starts)


@pytest.mark.parametrize("exercise", ["heel_raise", "dorsiflexion_lunge"])
def test_mirrored_video_gives_mirrored_sides(exercise: str) -> None:
    course = bumps(STARTS)
    front: Motion = lambda t: Pose(shank_deg=5 + 28 * course(t), knee_deg=20 + 40 * course(t), x_cm=230)  # noqa: E731
    rear: Motion = lambda t: Pose(x_cm=150)  # noqa: E731
    recording = film(front if exercise != "heel_raise" else heel_raises(STARTS), DURATION_S, other=rear)
    one, other = judge(recording, exercise), judge(mirror(recording), exercise)
    swap = {"left": "right", "right": "left", "both": "both"}
    assert one.counts == other.counts
    assert one.counts.completed == len(STARTS)
    assert [swap[rep.side] for rep in one.reps] == [rep.side for rep in other.reps]
    assert swap[one.near_side] == other.near_side
    for name, values in one.series.items():
        twin = name.replace("left", "\0").replace("right", "left").replace("\0", "right")
        np.testing.assert_allclose(values, other.series[twin], atol=1e-3, err_msg=name)


@settings(max_examples=30, deadline=None)
@given(gaps=st.lists(st.tuples(st.floats(0.0, 12.0), st.floats(0.05, 3.0)), max_size=4))
def test_dropouts_never_add_reps(gaps: list[tuple[float, float]]) -> None:
    recording = film(heel_raises(STARTS), DURATION_S, 20.0)
    for start_s, length_s in gaps:
        recording = drop(recording, start_s, start_s + length_s)
    assert judge(recording).counts.completed <= len(STARTS)


@settings(max_examples=15, deadline=None)
@given(noise_px=st.floats(0.0, 1.5), seed=st.integers(0, 1000))
def test_noise_of_rest_adds_no_rep(noise_px: float, seed: int) -> None:
    still = film(heel_raises([]), 20.0, 30.0, noise_px=noise_px, seed=seed)
    assert judge(still).counts.completed == 0
    moving = film(heel_raises(STARTS), DURATION_S, 30.0, noise_px=noise_px, seed=seed)
    assert judge(moving).counts.completed == len(STARTS)


def _stretch(t: float) -> Pose:
    held = bumps([2.0], up_s=1.0, top_s=6.0)(t)
    return Pose(shank_deg=4 + 22 * held, x_cm=200 - 60 * held)


@pytest.mark.parametrize(
    ("exercise", "motion"),
    [("heel_raise", heel_raises(STARTS)), ("gastrocnemius_stretch", _stretch)],
    ids=["reps", "hold"],
)
def test_frame_by_frame_equals_all_at_once(exercise: str, motion: Motion) -> None:
    recording = film(motion, DURATION_S, noise_px=0.5, other=None if exercise == "heel_raise" else lambda t: Pose())
    spec = load_spec(exercise).spec
    live, offline = Engine(spec), Engine(spec)
    events = [event for i in range(len(recording)) for event in live.update(recording.observation(i)).events]
    assert events == offline.run(recording)
    made_of = Provenance("", "", "", "")
    result = result_json(live.finish(recording.source, made_of))
    assert result == result_json(offline.finish(recording.source, made_of))
    assert result["counts"]["completed"] > 0


def test_scoring_twice_gives_the_same() -> None:
    recording = film(heel_raises(STARTS), DURATION_S, noise_px=0.5)
    assert result_json(judge(recording)) == result_json(judge(recording))


def test_lengthening_the_rest_changes_nothing_but_times() -> None:
    early, late = (judge(film(heel_raises([s + d for s in STARTS]), DURATION_S + d)) for d in (0.0, 5.0))
    assert [rep.verdict for rep in early.reps] == [rep.verdict for rep in late.reps]
    assert [rep.start_s + 5.0 for rep in early.reps] == pytest.approx([rep.start_s for rep in late.reps], abs=0.02)


@pytest.mark.parametrize("scale", [0.5, 2.0], ids=["240p", "1080p"])
def test_centimetres_do_not_depend_on_the_size_of_the_picture(scale: float) -> None:
    recording = film(heel_raises(STARTS), DURATION_S)
    source = replace(recording.source, width=int(960 * scale), height=int(540 * scale))
    scaled = replace(
        recording,
        source=source,
        points=recording.points * np.float32(scale),
        sd_px=recording.sd_px * np.float32(scale),
    )
    one, other = judge(recording, stature_cm=175.0), judge(scaled, stature_cm=175.0)
    assert [r.peak["heel_height_cm"] for r in one.reps] == pytest.approx(
        [r.peak["heel_height_cm"] for r in other.reps], rel=1e-3
    )


def test_heel_height_follows_the_given_stature() -> None:
    recording = film(heel_raises(STARTS), DURATION_S)
    short, tall = judge(recording, stature_cm=150.0), judge(recording, stature_cm=180.0)
    ratios = [b.peak["heel_height_cm"] / a.peak["heel_height_cm"] for a, b in zip(short.reps, tall.reps, strict=True)]
    assert ratios == pytest.approx([1.2] * len(STARTS))
    assert not short.stature_assumed
    assert judge(recording).stature_assumed


def test_nobody_is_a_normal_input() -> None:
    recording = film(heel_raises(STARTS), DURATION_S)
    result = judge(drop(recording, 0.0, DURATION_S))
    assert result.counts.completed == 0
    assert [problem.problem for problem in result.setup] == ["no_person"]
    assert math.isnan(result.cm_per_px)
