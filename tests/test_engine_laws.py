"""Laws of the engine: what must hold for any set, whoever does it and however it was filmed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from figure import Motion, Pose, bumps, drop, film, heel_raises, min_jerk, mirror
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.engine import Engine
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.report import result_json
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec

RECORDINGS = Path(__file__).parent / "recordings"
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


def _paused_raises(level: float, pause_s: float, *, on_the_way: str) -> Motion:
    """Three heel raises, each with a pause at a share `level` of its height, on the way up or down."""
    pause = [(0.6, level), (0.6 + pause_s, level)]
    way = [(0.0, 0.0), *pause, (1.3 + pause_s, 1.0)] if on_the_way == "up" else [(0.0, 0.0), (0.8, 1.0)]
    top_s = way[-1][0] + 0.2
    back = (
        [(top_s + 0.8, 0.0)]
        if on_the_way == "up"
        else [*((top_s + t, x) for t, x in pause), (top_s + pause_s + 1.3, 0.0)]
    )
    turns = [*way, (top_s, 1.0), *back]

    def course(t: float) -> float:
        for (a, x), (b, y) in pairwise(turns):
            if a <= t < b:
                return x + (y - x) * min_jerk((t - a) / (b - a))
        return 0.0

    starts = [1.5 + k * (turns[-1][0] + 1.0) for k in range(3)]
    return lambda t: Pose(sole_deg=30.0 * max(course(t - s) for s in starts))


@settings(max_examples=12, deadline=None)
@given(level=st.floats(0.15, 0.7), pause_s=st.floats(0.2, 2.0), on_the_way=st.sampled_from(["up", "down"]))
def test_a_pause_on_the_way_adds_no_rep_and_no_fault(level: float, pause_s: float, on_the_way: str) -> None:
    result = judge(film(_paused_raises(level, pause_s, on_the_way=on_the_way), 18.0, noise_px=0.3))
    assert result.counts.completed == 3
    assert result.counts.flagged == 0


@settings(max_examples=8, deadline=None)
@given(up_s=st.floats(0.5, 4.0), share=st.floats(0.47, 0.55))
def test_slow_half_squats_are_told_from_deep_ones_as_quick_ones_are(up_s: float, share: float) -> None:
    starts = [1.5 + k * (2 * up_s + 1.5) for k in range(5)]
    deep, half = bumps(starts[:3], up_s=up_s), bumps(starts[3:], up_s=up_s)

    def motion(t: float) -> Pose:
        down = deep(t) + share * half(t)
        return Pose(shank_deg=3 + 36 * down, knee_deg=4 + 90 * down, trunk_deg=2 + 27 * down)

    result = judge(film(motion, starts[-1] + 2 * up_s + 2.0, 15.0), "squat")
    assert [[fault.rule for fault in rep.faults] for rep in result.reps] == [[], [], [], ["shallow"], ["shallow"]]


@pytest.mark.parametrize(
    ("name", "paces"),
    [
        ("squat", (0.35, 0.5, 0.7, 1.5, 2.0)),
        ("step_up", (0.35, 0.5, 0.7, 1.5, 2.0)),
        ("step_up_hugo", (0.5, 0.7, 1.5, 2.0)),
        ("step_down", (0.5, 0.7, 1.5, 2.0)),
        ("heel_raise_knee_bent", (0.5, 0.7, 1.5, 2.0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_pace_changes_no_count(name: str, paces: tuple[float, ...]) -> None:
    recording = load_recording(RECORDINGS / f"{name}.npz")
    truth = json.loads((RECORDINGS / f"{name}.truth.json").read_text())
    counted = [judge(_at_pace(recording, pace), truth["exercise"]).counts.completed for pace in paces]
    assert counted == [len(truth["reps"])] * len(paces)


def _at_pace(recording: LandmarkRecording, pace: float) -> LandmarkRecording:
    """Return the recording so many times as fast; 30 frames a second, where that needs frames in between."""
    time_s = recording.time_s / pace
    if pace >= 1.0:
        return replace(recording, time_s=time_s)
    new_s = np.arange(time_s[0], time_s[-1], 1 / 30)
    at = np.interp(new_s, time_s, np.arange(len(time_s)))
    before, share = np.minimum(at.astype(int), len(time_s) - 2), (at % 1.0).astype(np.float32)

    def between(x: NDArray[np.float32]) -> NDArray[np.float32]:
        part = share.reshape(-1, *[1] * (x.ndim - 1))
        return (1 - part) * x[before] + part * x[before + 1]

    moved = {name: between(getattr(recording, name)) for name in ("points", "visibility", "sd_px")}
    return replace(recording, time_s=new_s, **moved)


@settings(max_examples=12, deadline=None)
@given(until_s=st.floats(5.2, 5.8), long_s=st.floats(0.3, 1.1), frames=st.booleans())
def test_what_is_hidden_of_a_rep_makes_no_fault(until_s: float, long_s: float, frames: bool) -> None:
    """The person unseen for a while, or the frames missing altogether."""
    recording = film(heel_raises(STARTS), DURATION_S)
    hidden = drop(recording, until_s - long_s, until_s)
    if frames:
        kept = np.isfinite(hidden.points[:, 0, 0])
        left = {name: getattr(recording, name)[kept] for name in ("time_s", "points", "visibility", "sd_px")}
        hidden = replace(recording, **left)
    assert judge(hidden).counts.flagged == 0


@settings(max_examples=12, deadline=None)
@given(before_s=st.floats(0.0, 0.4), fps=st.sampled_from([15.0, 30.0, 60.0]))
def test_a_video_may_end_before_the_last_rep_is_quite_over(before_s: float, fps: float) -> None:
    """The rep counts where it was nearly back, and what is not seen of it is no fault."""
    result = judge(film(heel_raises(STARTS), STARTS[-1] + 1.9 - before_s, fps))
    assert result.counts.completed in ((4,) if before_s < 0.15 else (3, 4))
    assert result.counts.flagged == 0
    assert [rep.end_s for rep in result.reps] == pytest.approx([s + 1.9 for s in STARTS][: len(result.reps)], abs=0.2)


@settings(max_examples=12, deadline=None)
@given(top_s=st.floats(0.3, 2.5), fps=st.sampled_from([15.0, 30.0, 60.0]))
def test_a_video_may_begin_at_the_top_of_a_rep(top_s: float, fps: float) -> None:
    """What the body rests at there is no floor: nothing is counted or held against it."""
    starts = [top_s + 1.6 + 2.7 * k for k in range(4)]
    course = bumps(starts)

    def motion(t: float) -> Pose:
        return Pose(sole_deg=30.0 * (course(t) + 1.0 - min_jerk(min(max((t - top_s) / 0.8, 0.0), 1.0))))

    result = judge(film(motion, starts[-1] + 2.8, fps, noise_px=0.2))
    assert [rep.start_s for rep in result.reps] == pytest.approx(starts, abs=0.2)
    assert all(rep.start_s < rep.peak_s < rep.end_s for rep in result.reps)
    assert result.counts.flagged == 0
