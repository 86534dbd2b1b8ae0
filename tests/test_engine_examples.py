"""What the engine makes of movements people do: good reps, faults, and what is no rep at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure import PX_PER_CM, STATURE_CM, Motion, Pose, bumps, drop, film, heel_raises
from test_engine_laws import DURATION_S, STARTS, judge

from formcheck.engine import Engine
from formcheck.model import LandmarkRecording
from formcheck.skeleton import INDEX
from formcheck.specs.loader import load_spec


def _faults(result: object) -> list[list[str]]:
    return [[fault.rule for fault in rep.faults] for rep in result.reps]  # type: ignore[attr-defined]


def test_good_heel_raises_are_valid_and_measured() -> None:
    result = judge(film(heel_raises(STARTS), DURATION_S), stature_cm=175.0)
    assert result.counts.valid == len(STARTS)
    for rep in result.reps:
        assert rep.peak["ankle_range_deg"] == pytest.approx(30.0, abs=2.0)
        assert rep.peak["heel_height_cm"] == pytest.approx(8.3, abs=0.6)
        assert rep.peak["heel_height_cm_sd"] > 0


def _course_with(rule: str) -> Motion:
    """Four heel raises, the third with a fault."""
    all_reps, third = bumps(STARTS), bumps([STARTS[2]])

    def motion(t: float) -> Pose:
        up, fault = all_reps(t), third(t)
        match rule:
            case "low_height":
                return Pose(sole_deg=30 * (up - 0.6 * fault))
            case "knee_bend":
                return Pose(sole_deg=30 * up, knee_deg=4 + 22 * fault, shank_deg=3 + 8 * fault)
            case _:
                return Pose(sole_deg=30 * up, trunk_deg=2 + 20 * fault)

    return motion


@pytest.mark.parametrize("rule", ["low_height", "knee_bend", "trunk_lean"])
def test_a_fault_is_found_on_its_rep_and_on_no_other(rule: str) -> None:
    result = judge(film(_course_with(rule), DURATION_S))
    assert _faults(result) == [[], [], [rule], []]
    assert result.counts.flagged == 1


def test_a_small_first_rep_is_judged_by_the_best_that_follows() -> None:
    course, first = bumps(STARTS), bumps([STARTS[0]])
    result = judge(film(lambda t: Pose(sole_deg=30 * (course(t) - 0.6 * first(t))), DURATION_S))
    assert _faults(result) == [["low_height"], [], [], []]


def test_heels_that_stay_up_between_raises_are_told_and_still_counted() -> None:
    starts = [1.5 + 1.5 * k for k in range(4)]
    course = bumps(starts, up_s=0.7, top_s=0.1)

    def motion(t: float) -> Pose:
        between = 0.3 if starts[0] + 0.5 < t < starts[-1] + 1.0 else 0.0
        return Pose(sole_deg=30 * max(course(t), between))

    result = judge(film(motion, starts[-1] + 4.0))
    assert result.counts.completed == 4
    assert "heel_not_down" in _faults(result)[1]


def test_small_movements_are_counted() -> None:
    assert judge(film(heel_raises(STARTS, 0.4), DURATION_S)).counts.completed == len(STARTS)


NO_REP = {
    "sway": lambda t: Pose(shank_deg=3 + 2 * bumps(STARTS)(t), trunk_deg=2 - 3 * bumps(STARTS)(t)),
    "squat": lambda t: Pose(shank_deg=3 + 25 * bumps(STARTS)(t), knee_deg=4 + 80 * bumps(STARTS)(t)),
    "sit_down": lambda t: Pose(knee_deg=4 + 86 * bumps([3.0], top_s=5.0)(t), shank_deg=3),
    "walk_past": lambda t: Pose(x_cm=40 + 30 * t, sole_deg=20 * abs((2 * t) % 2 - 1)),
}


@pytest.mark.parametrize("name", NO_REP)
def test_other_movements_count_nothing(name: str) -> None:
    assert judge(film(NO_REP[name], DURATION_S)).counts.completed == 0


def test_walking_in_counts_nothing_and_the_set_that_follows_counts() -> None:
    raises = heel_raises([6.0, 8.5])

    def motion(t: float) -> Pose:
        walking = Pose(x_cm=60 + 35 * min(t, 4.0), sole_deg=20 * abs((2 * t) % 2 - 1))
        return walking if t < 4.0 else Pose(sole_deg=raises(t).sole_deg, x_cm=200)

    assert judge(film(motion, 12.0)).counts.completed == 2


def test_a_rep_hidden_in_part_is_not_judged_rather_than_wrong() -> None:
    recording = drop(film(heel_raises(STARTS), DURATION_S), STARTS[1] + 0.6, STARTS[1] + 1.5)
    result = judge(recording)
    assert result.counts.flagged == 0
    hidden = [rep for rep in result.reps if rep.start_s < STARTS[1] + 1.0 < rep.end_s]
    assert all(rep.verdict == "cannot_judge" for rep in hidden)


def test_feet_outside_the_picture_are_refused() -> None:
    recording = film(heel_raises(STARTS), DURATION_S)
    recording.points[..., 1] += 60
    result = judge(recording)
    assert result.counts.completed == 0
    assert result.setup[0].problem == "feet_out_of_frame"


def test_who_leaves_is_waited_for_and_counted_on_when_back() -> None:
    recording = drop(film(heel_raises([1.5, 9.0]), 12.0), 4.0, 7.0)
    engine = Engine(load_spec("heel_raise").spec)
    stages = {
        round(u.time_s, 2): u.stage for u in map(engine.update, map(recording.observation, range(len(recording))))
    }
    assert [stages[t] for t in (0.1, 3.7, 4.5, 6.5, 8.5, 10.0)] == ["setup", "rest", "rest", "paused", "rest", "moving"]


def test_a_camera_that_drifts_changes_no_height() -> None:
    recording = film(heel_raises(STARTS), DURATION_S)
    drift = (1.0 * recording.time_s)[:, None].astype(np.float32)
    recording.points[..., 1] += drift
    heights = [rep.peak["heel_height_cm"] for rep in judge(recording, stature_cm=175.0).reps]
    assert heights == pytest.approx([8.3] * len(STARTS), abs=1.0)


def test_stepping_to_another_place_is_no_rep() -> None:
    def motion(t: float) -> Pose:
        step = bumps([3.0], up_s=0.5, top_s=20.0)(t)
        return Pose(x_cm=200 + 40 * step, knee_deg=16 - 12 * step, shank_deg=9 - 6 * step)

    assert judge(film(motion, 8.0)).counts.completed == 0


def test_a_knee_that_sags_from_rep_to_rep_is_held_against_the_first_rests() -> None:
    starts = [1.5 + 2.8 * k for k in range(8)]
    course = bumps(starts)
    result = judge(film(lambda t: Pose(sole_deg=30 * course(t), knee_deg=4 + 1.2 * t, shank_deg=3 + 0.6 * t), 25.0))
    assert "knee_bend" in _faults(result)[-1]
    assert not _faults(result)[0]


def _turned(recording: LandmarkRecording, azimuth_deg: float) -> LandmarkRecording:
    """Return the recording as seen by a camera further round: narrower, the shoulders apart."""
    turn = np.radians(azimuth_deg)
    points = recording.points.copy()
    points[..., 0] = 480 + (points[..., 0] - 480) * np.cos(turn)
    points[:, INDEX["left_shoulder"], 0] += 0.2 * STATURE_CM * PX_PER_CM * np.sin(turn)
    return replace(recording, points=points.astype(np.float32))


@pytest.mark.parametrize(("azimuth_deg", "trusted"), [(0.0, True), (35.0, True), (56.0, False)])
def test_too_oblique_a_view_gives_lower_bounds_and_judges_no_height(azimuth_deg: float, trusted: bool) -> None:
    result = judge(_turned(film(_course_with("low_height"), DURATION_S), azimuth_deg))
    assert result.counts.completed == len(STARTS)
    assert ("heel_height_cm" in result.reps[0].peak) == trusted
    assert ("heel_height_cm_at_least" in result.reps[0].peak) != trusted
    assert any("low_height" in rules for rules in _faults(result)) == trusted
    assert bool(result.provenance.notes) != trusted
