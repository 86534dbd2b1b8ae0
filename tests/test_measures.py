"""Kinematics on points whose angles are known."""

from __future__ import annotations

import numpy as np
import pytest
from figure import STATURE_CM, Pose, film
from hypothesis import given
from hypothesis import strategies as st

from formcheck.engine.calibrate import Scale, calibrate, seen_median, zero_row
from formcheck.measures.angles import (
    compute_inclination,
    compute_joint_flexion,
    compute_segment_angle_sd,
    compute_sole_pitch,
    turn_to_side,
)
from formcheck.measures.names import MEASURES, column_name, hidden_columns
from formcheck.measures.scale import compute_standing_px
from formcheck.measures.table import COLUMN, compute_measures

angles = st.floats(-80, 80)


def at(degrees: float, length: float = 100.0) -> np.ndarray:
    """A point `length` above the origin, leaning right by `degrees`."""
    r = np.radians(degrees)
    return length * np.array([np.sin(r), -np.cos(r)])


@given(angles)
def test_inclination(degrees: float) -> None:
    assert compute_inclination(np.zeros(2), at(degrees)) == pytest.approx(degrees, abs=1e-9)


@given(angles, st.floats(-100, 100))
def test_joint_flexion_does_not_depend_on_how_the_limb_is_turned(lean: float, bend: float) -> None:
    knee = at(lean)
    hip = knee + at(lean + bend)
    assert compute_joint_flexion(hip, knee, np.zeros(2)) == pytest.approx(abs(bend), abs=1e-7)


@pytest.mark.parametrize("way", [1, -1], ids=["facing right", "facing left"])
@given(pitch=st.floats(-60, 60))
def test_sole_pitch_is_positive_with_the_heel_up_whichever_way_it_points(way: int, pitch: float) -> None:
    r = np.radians(pitch)
    toe = np.array([way * np.cos(r), np.sin(r)])
    assert compute_sole_pitch(np.zeros(2), toe) == pytest.approx(pitch, abs=1e-9)


@given(lean=st.floats(-60, 60), azimuth=st.floats(0, 45))
def test_a_segment_seen_obliquely_is_turned_back_to_the_side(lean: float, azimuth: float) -> None:
    seen = at(lean) * np.array([np.cos(np.radians(azimuth)), 1.0])
    assert turn_to_side(compute_inclination(np.zeros(2), seen), azimuth) == pytest.approx(lean, abs=1e-6)


def test_missing_stays_missing() -> None:
    nan = np.full(2, np.nan)
    assert np.isnan(compute_inclination(nan, at(10)))
    assert np.isnan(compute_joint_flexion(at(1), nan, at(2)))
    assert np.isnan(compute_sole_pitch(nan, at(3)))


def test_angle_sd_matches_the_scatter_of_noisy_ends() -> None:
    rng = np.random.default_rng(1)
    ends = rng.normal(0, 1.0, (2, 20_000, 2)) + np.array([[[0, 0]], [[0, -80]]])
    scatter = np.std(compute_inclination(ends[0], ends[1]))
    stated = compute_segment_angle_sd(np.zeros(2), np.array([0.0, -80.0]), np.array(1.0), np.array(1.0))
    assert stated == pytest.approx(scatter, rel=0.05)


@pytest.mark.parametrize("knee_deg", [4.0, 40.0], ids=["upright", "knees bent"])
def test_stature_in_pixels_does_not_depend_on_bent_knees(knee_deg: float) -> None:
    recording = film(lambda t: Pose(knee_deg=knee_deg, shank_deg=knee_deg / 2), 0.2)
    rows = compute_measures(recording.points, recording.visibility, recording.sd_px)
    straight = film(lambda t: Pose(), 0.2)
    expected = compute_measures(straight.points, straight.visibility, straight.sd_px)[0, COLUMN["standing_px_right"]]
    assert rows[0, COLUMN["standing_px_right"]] == pytest.approx(expected, rel=0.04)
    assert compute_standing_px(straight.points.astype(float), "right", np.array([4.0])) == pytest.approx(expected)


@given(sole=st.floats(0, 40), shank=st.floats(-5, 40), knee=st.floats(0, 80))
def test_calibrated_measures_are_the_angles_the_figure_was_posed_with(sole: float, shank: float, knee: float) -> None:
    rest, moved = (film(lambda t, p=p: p, 0.1) for p in (Pose(), Pose(sole_deg=sole, shank_deg=shank, knee_deg=knee)))
    raw = [compute_measures(r.points, r.visibility, r.sd_px) for r in (rest, moved)]
    series = calibrate(raw[1], zero_row(raw[0]), Scale(1.0 / 2.3, 0.02, 1.0))
    assert series["sole_right_deg"][0] == pytest.approx(sole, abs=0.05)
    assert series["shank_inclination_right_deg"][0] == pytest.approx(shank, abs=0.05)
    assert series["knee_flexion_right_deg"][0] == pytest.approx(knee, abs=0.05)
    assert series["ankle_right_deg"][0] == pytest.approx(shank - sole, abs=0.1)
    assert set(series) >= {column_name(m, s) for m in MEASURES for s in ("left", "right")}


@given(
    rows=st.lists(st.lists(st.one_of(st.just(np.nan), st.floats(-1e3, 1e3)), min_size=3, max_size=3), max_size=9),
)
def test_medians_are_of_the_frames_in_which_something_was_seen(rows: list[list[float]]) -> None:
    found = seen_median(np.array(rows, dtype=np.float64).reshape(-1, 3))
    for column, value in enumerate(found):
        seen = [row[column] for row in rows if not np.isnan(row[column])]
        assert value == pytest.approx(np.median(seen) if seen else np.nan, nan_ok=True)


def _posed(pose: Pose) -> np.ndarray:
    recording = film(lambda t: pose, 0.1)
    return compute_measures(recording.points, recording.visibility, recording.sd_px)


@given(knee=st.floats(20.0, 90.0), more=st.floats(5.0, 20.0))
def test_a_deeper_bend_is_less_certain_and_an_angle_less_than_its_change(knee: float, more: float) -> None:
    rest = zero_row(_posed(Pose()))
    scale = Scale(1.0 / 2.3, 0.02, 1.0)
    less, deeper = (calibrate(_posed(Pose(knee_deg=deg)), rest, scale) for deg in (knee, knee + more))
    assert deeper["knee_flexion_change_right_deg_sd"][0] > less["knee_flexion_change_right_deg_sd"][0]
    assert less["knee_flexion_right_deg_sd"][0] > less["knee_flexion_change_right_deg_sd"][0]


@given(knee=st.floats(20.0, 90.0), azimuth=st.floats(0.0, 40.0), more=st.floats(5.0, 20.0))
def test_a_bend_is_less_certain_the_further_round_the_camera_stands(knee: float, azimuth: float, more: float) -> None:
    rest, bent = zero_row(_posed(Pose())), _posed(Pose(knee_deg=knee, shank_deg=knee / 2))
    nearer, further = (calibrate(bent, rest, Scale(1.0, 0.0, 1.0, a)) for a in (azimuth, min(azimuth + more, 45.0)))
    for column in ("knee_flexion_change_right_deg", "shank_inclination_right_deg"):
        assert further[f"{column}_sd"][0] > nearer[f"{column}_sd"][0]


@given(knee=st.floats(30.0, 100.0))
def test_seen_from_40_deg_a_bend_is_found_as_deep_and_much_less_certain(knee: float) -> None:
    """A leg whose plane is turned out from the trunk's is then seen a fifth less bent."""
    rest = zero_row(_posed(Pose(shank_deg=0.0, knee_deg=0.0)))
    read = []
    for azimuth in (0.0, 40.0):
        squeezed = np.tan(np.radians([0.4 * knee, 0.6 * knee])) * np.cos(np.radians(azimuth))
        shank, thigh = np.degrees(np.arctan(squeezed))
        series = calibrate(_posed(Pose(shank_deg=shank, knee_deg=shank + thigh)), rest, Scale(1.0, 0.0, 1.0, azimuth))
        read.append([series[f"knee_flexion_change_right_deg{end}"][0] for end in ("", "_sd")])
    (from_side, side_sd), (obliquely, oblique_sd) = read
    assert from_side == pytest.approx(knee, abs=0.1)
    assert obliquely == pytest.approx(knee, abs=0.1)
    assert oblique_sd > 1.2 * side_sd


@pytest.mark.parametrize("rest_deg", [-4.0, 0.0, 4.0], ids=["seen bent backwards", "straight", "bent"])
def test_a_change_of_bend_does_not_depend_on_the_side_rest_is_seen_bent_to(rest_deg: float) -> None:
    rest, bent = (_posed(Pose(knee_deg=deg)) for deg in (rest_deg, rest_deg + 30.0))
    series = calibrate(bent, zero_row(rest), Scale(1.0, 0.0, 1.0))
    assert series["knee_flexion_change_right_deg"][0] == pytest.approx(30.0, abs=0.1)


def test_a_tracked_heel_is_no_more_certain_than_its_zero() -> None:
    rows = _posed(Pose(sole_deg=10.0))
    column = COLUMN["heel_tracked_y_sd_right"]
    rows[:, [COLUMN["heel_tracked_y_right"], column]] = 400.0, 0.5
    rest = rows.copy()
    scale = Scale(1.0, 0.0, 1.0)
    for zero_sd, told in ((0.2, 0.5), (3.0, 3.0)):
        rest[:, column] = zero_sd
        assert calibrate(rows, zero_row(rest), scale)["heel_height_right_cm_sd"][0] == pytest.approx(told)


def test_one_frame_and_many_are_measured_alike() -> None:
    recording = film(lambda t: Pose(sole_deg=10 * t), 1.0, noise_px=2.0)
    all_at_once = compute_measures(recording.points, recording.visibility, recording.sd_px)
    for i in range(len(recording)):
        one = recording.observation(i)
        assert (compute_measures(one.points, one.visibility, one.sd_px) == all_at_once[i]).all()


def test_each_view_hides_what_it_does_not_show() -> None:
    assert "ankle_left_deg" in hidden_columns("front")
    assert "knee_separation_change_cm" in hidden_columns("side")
    assert "body_rise_cm" not in hidden_columns("front")
    assert STATURE_CM > 0
