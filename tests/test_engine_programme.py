"""What the whole programme asks of the engine: postures, steps and hops, positions above a height, frontal faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from figure import Pose, bumps, drop, film, mirror
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engine_laws import judge

from formcheck.engine.holds import HoldLimits, HoldTimer
from formcheck.model import LandmarkRecording
from formcheck.sources.recording import load_recording

FOLDER = Path(__file__).parent / "recordings"


def recording_of(name: str) -> LandmarkRecording:
    return load_recording(FOLDER / f"{name}.npz")


def every(recording: LandmarkRecording, nth: int) -> LandmarkRecording:
    return replace(
        recording, **{key: getattr(recording, key)[::nth] for key in ("time_s", "points", "visibility", "sd_px")}
    )


def problems(recording: LandmarkRecording, exercise: str) -> list[str]:
    result = judge(recording, exercise)
    assert result.counts.completed == 0
    return [problem.problem for problem in result.setup]


# ---------------------------------------------------------------------- postures


def test_who_stands_is_asked_to_sit_for_a_seated_exercise() -> None:
    standing = film(lambda t: Pose(sole_deg=20 * bumps([2.0, 4.0])(t)), 7.0)
    assert "not_seated" in problems(standing, "seated_calf_raise")


@pytest.mark.parametrize("name", ["seated_calf_raise", "seated_ankle_pump"])
def test_who_sits_is_not_judged_in_a_standing_exercise(name: str) -> None:
    assert set(problems(recording_of(name), "heel_raise")) & {"body_out_of_frame", "not_standing"}


def test_a_stance_that_begins_on_one_leg_asks_for_both_feet() -> None:
    recording = recording_of("single_leg_stance")
    late = recording.time_s > 6.0
    begun = replace(
        recording, **{key: getattr(recording, key)[late] for key in ("time_s", "points", "visibility", "sd_px")}
    )
    assert "both_feet" in [problem.problem for problem in judge(begun, "single_leg_stance").setup]


def test_a_heel_that_rises_alone_is_no_foot_off_the_floor() -> None:
    tiptoe = film(lambda t: Pose(), 12.0, other=lambda t: Pose(sole_deg=40 * bumps([2.0], top_s=6.0)(t)))
    result = judge(tiptoe, "single_leg_stance")
    assert result.counts.completed == 0
    assert float(np.nanmax(result.series["foot_lift_right_cm"])) < 2.0


# ---------------------------------------------------------------------- frames, sides, gaps

COUNTED = {
    "step_up": 4,
    "step_down": 4,
    "forward_lunge": 4,
    "seated_calf_raise": 5,
    "seated_ankle_pump": 6,
    "hops_both": 6,
    "hops_single": 5,
    "heel_raise_off_step": 4,
}


@pytest.mark.parametrize("name", ["hops_both", "hops_single", "seated_calf_raise", "forward_lunge", "squat"])
def test_half_the_frames_give_the_same_count(name: str) -> None:
    recording = recording_of(name)
    assert judge(every(recording, 2), name).counts.completed == judge(recording, name).counts.completed


@pytest.mark.parametrize("name", ["forward_lunge", "seated_ankle_pump", "hops_single", "step_down"])
def test_mirrored_pictures_give_mirrored_sides(name: str) -> None:
    swap = {"left": "right", "right": "left"}
    recording = recording_of(name)
    wide = replace(recording, source=replace(recording.source, width=960))
    one, other = judge(wide, name), judge(mirror(wide), name)
    assert [swap[rep.side] for rep in one.reps] == [rep.side for rep in other.reps]


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(sorted(COUNTED)), start_s=st.floats(0.0, 10.0), length_s=st.floats(0.05, 3.0))
def test_dropouts_never_add_reps(name: str, start_s: float, length_s: float) -> None:
    recording = drop(recording_of(name), start_s, start_s + length_s)
    assert judge(recording, name).counts.completed <= COUNTED[name]


def test_the_leg_of_a_lunge_is_found_at_its_depth() -> None:
    assert {rep.side for rep in judge(recording_of("forward_lunge"), "forward_lunge").reps} == {"right"}


def test_the_leg_on_the_step_is_judged() -> None:
    reps = judge(recording_of("step_down"), "step_down").reps
    assert {rep.side for rep in reps} == {"right"}
    assert [bool(rep.faults) for rep in reps] == [False, True, False, True]


def test_a_knee_that_falls_inward_is_told_with_its_angle() -> None:
    (fault,) = judge(recording_of("step_down"), "step_down").reps[1].faults
    assert fault.rule == "knee_valgus"
    assert fault.value > fault.limit + fault.sd


# ---------------------------------------------------------------------- positions above a height

ABOVE = HoldLimits(reach=5.0, within=10.0, lost=2.0, settle_s=0.5, grace_s=2.0, above=True)


def course_of(heights: dict[float, float], end_s: float) -> list[tuple[float, float]]:
    times = np.arange(0.0, end_s, 0.1)
    return list(zip(times.tolist(), np.interp(times, list(heights), list(heights.values())).tolist(), strict=True))


def held(course: list[tuple[float, float]]) -> list[float]:
    timer = HoldTimer(ABOVE)
    found = [timing for t, x in course if (timing := timer.update(t, x, "left")) is not None]
    last = timer.finish()
    return [timing.held_s for timing in [*found, *([last] if last else [])]]


def test_a_height_may_vary_while_it_is_above() -> None:
    assert held(course_of({0: 0, 1: 0, 2: 30, 4: 12, 6: 40, 8: 6, 9: 0, 11: 0}, 11.0)) == [pytest.approx(7.6, abs=0.3)]


def test_a_foot_that_touches_ends_the_stance_and_another_may_follow() -> None:
    assert len(held(course_of({0: 0, 1: 20, 4: 20, 4.5: 0, 6: 0, 6.5: 20, 9: 20, 9.5: 0, 11: 0}, 11.0))) == 2


def test_a_height_below_reach_is_no_position() -> None:
    assert held(course_of({0: 0, 1: 4, 8: 4, 9: 0}, 10.0)) == []
