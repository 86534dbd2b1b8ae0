"""Laws of a rep's course: pauses, pace, what is hidden of it, and where the video begins or ends within it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from figure import Motion, Pose, bumps, drop, film, heel_raises, min_jerk
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.engine import Engine
from formcheck.model import LandmarkRecording, Provenance, SetResult
from formcheck.skeleton import LANDMARKS
from formcheck.sources.recording import load_recording
from formcheck.specs.loader import load_spec

RECORDINGS = Path(__file__).parent / "recordings"
STARTS = [1.5, 4.0, 6.5, 9.0]
DURATION_S = 12.0


def judge(recording: LandmarkRecording, exercise: str = "heel_raise") -> SetResult:
    engine = Engine(load_spec(exercise).spec)
    engine.run(recording)
    return engine.finish(recording.source, Provenance("", "", "", ""))


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
    result = judge(hidden)
    assert result.counts.flagged == 0
    assert all(rep.end_s <= after.start_s for rep, after in pairwise(result.reps))


@settings(max_examples=12, deadline=None)
@given(from_s=st.floats(4.0, 8.0), long_s=st.floats(0.3, 1.4))
@example(from_s=4.4, long_s=1.0)
def test_feet_out_of_the_picture_make_no_fault(from_s: float, long_s: float) -> None:
    """A pose estimator guesses where they are."""
    recording = film(heel_raises(STARTS), DURATION_S)
    hidden = (recording.time_s >= from_s) & (recording.time_s < from_s + long_s)
    feet = [i for i, name in enumerate(LANDMARKS) if name.endswith(("heel", "heel_base", "foot_index", "ball"))]
    recording.visibility[np.ix_(hidden, feet)] = 0.1
    recording.points[np.ix_(hidden, feet)] += [0, 25]
    result = judge(recording)
    assert result.counts.completed <= len(STARTS)
    assert result.counts.flagged == 0


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


@pytest.mark.parametrize(
    ("up_s", "from_s", "to_s"), [(0.25, 1.8, 2.4), (0.35, 2.1, 2.5), (0.25, 2.9, 3.3), (0.25, 2.11, 2.7)], ids=str
)
def test_a_gap_in_quick_raises_makes_no_fault_and_no_overlap(up_s: float, from_s: float, to_s: float) -> None:
    recording = film(heel_raises([1.5 + 0.85 * k for k in range(8)], up_s=up_s, top_s=0.2), DURATION_S, noise_px=0.2)
    kept = (recording.time_s < from_s) | (recording.time_s >= to_s)
    left = {name: getattr(recording, name)[kept] for name in ("time_s", "points", "visibility", "sd_px")}
    result = judge(replace(recording, **left))
    assert all(rep.end_s <= after.start_s for rep, after in pairwise(result.reps))
    assert result.counts.flagged == 0
