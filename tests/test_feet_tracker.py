"""The foot tracker on pictures with a known motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_foot import LENGTH, Pose, film, heel_height_px, mirrored, raises, read, still

from formcheck.feet import FootTracker
from formcheck.measures.view import SHOULDER_SEPARATION, body_height_px
from formcheck.model import Frame, PoseObservation
from formcheck.skeleton import index

REST = still(0.6)


@pytest.mark.parametrize("pitch", [4.0, 12.0, 25.0, 38.0], ids=lambda p: f"{p:g}deg")
def test_turn_and_height_are_what_was_drawn(pitch: float) -> None:
    got = read(REST + raises(pitch, 1) + still(0.3, pose=Pose(pitch)))
    assert got.pitch_deg[-1] == pytest.approx(pitch, abs=1.5)
    assert got.height_px[-1] == pytest.approx(heel_height_px(pitch), abs=0.03 * LENGTH)


def test_landmarks_alone_would_have_shown_half() -> None:
    pitch = 30.0
    got = read(REST + still(0.3, pose=Pose(pitch)))
    assert got.pitch_deg[-1] > 0.9 * pitch


def test_what_was_drawn_lies_within_two_deviations() -> None:
    poses = REST + raises(30.0, 4)
    got = read(poses)
    truth = np.array([p.pitch_deg for p in poses])
    height = np.array([heel_height_px(p.pitch_deg) for p in poses])
    seen = np.isfinite(got.pitch_deg)
    assert (np.abs(got.pitch_deg - truth)[seen] <= 2 * got.pitch_sd_deg[seen]).mean() > 0.9
    assert (np.abs(got.height_px - height)[seen] <= 2 * got.height_sd_px[seen]).mean() > 0.9


def test_many_raises_leave_no_drift() -> None:
    got = read(still(0.6, 15.0) + raises(30.0, 25, fps=15.0) + still(0.4, 15.0), fps=15.0)
    assert got.pitch_deg[-1] == pytest.approx(0.0, abs=0.4)
    assert got.height_px[-1] == pytest.approx(0.0, abs=0.4)


def test_a_raise_held_still_is_not_taken_for_rest() -> None:
    got = read(REST + raises(30.0, 1)[:15] + still(3.0, pose=Pose(30.0)))
    assert got.pitch_deg[-1] == pytest.approx(30.0, abs=1.5)


@pytest.mark.parametrize("pitch", [2.0, 3.5], ids=lambda p: f"{p:g}deg")
def test_a_small_slow_lift_held_is_not_taken_for_rest(pitch: float) -> None:
    up = [Pose(pitch * i / 60) for i in range(60)]
    got = read(REST + up + still(4.0, pose=Pose(pitch)))
    assert got.pitch_deg[-1] == pytest.approx(pitch, abs=0.8)
    assert got.height_px[-1] == pytest.approx(heel_height_px(pitch), abs=0.01 * LENGTH)


def _in_its_own_shadow(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
    """Darken what is close above and on the floor under the hind foot; that stays so when the heel leaves it."""
    image = frame.image.copy()
    image[255:266, 114:186] = image[255:266, 114:186] * 0.35
    return replace(frame, image=image), seen


def test_a_shadow_on_the_floor_does_not_hold_the_heel_down() -> None:
    got = read(REST + raises(7.0, 1)[:15] + still(0.5, pose=Pose(7.0)), change=_in_its_own_shadow)
    assert got.pitch_deg[-1] == pytest.approx(7.0, abs=2.0)


def test_a_film_that_begins_on_tiptoe_gets_its_zero_when_the_heel_comes_down() -> None:
    down = [Pose(12.5 * (1.0 + np.cos(np.pi * i / 15))) for i in range(16)]
    got = read(still(0.6, pose=Pose(25.0)) + down + still(0.9) + down[::-1] + still(0.2, pose=Pose(25.0)))
    flat = 18 + 16 + 24
    assert got.pitch_deg[-1] - got.pitch_deg[flat] == pytest.approx(25.0, abs=2.0)
    assert got.height_px[-1] - got.height_px[flat] == pytest.approx(heel_height_px(25.0), abs=0.04 * LENGTH)


def test_an_even_picture_gives_no_number() -> None:
    def blank(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
        return replace(frame, image=np.full_like(frame.image, 120)), seen

    assert np.isnan(read(REST, change=blank).pitch_deg).all()


@pytest.mark.parametrize(("azimuth_deg", "followed"), [(40.0, True), (60.0, True), (70.0, False)], ids=str)
def test_a_foot_is_followed_as_far_round_as_the_oblique_view_goes(azimuth_deg: float, followed: bool) -> None:
    def turned(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
        points = seen.points.copy()
        apart = SHOULDER_SEPARATION * body_height_px(points.astype(np.float64)) * np.sin(np.radians(azimuth_deg))
        points[index("left", "shoulder"), 0] = points[index("right", "shoulder"), 0] + apart
        return frame, replace(seen, points=points)

    got = read(REST + still(0.3, pose=Pose(20.0)), change=turned)
    assert np.isfinite(got.height_px[-1]) == followed


def test_mirrored_pictures_read_the_same() -> None:
    poses = REST + raises(30.0, 1)
    straight, turned = read(poses), read(poses, side="left", change=mirrored)
    assert np.nanmax(np.abs(straight.pitch_deg - turned.pitch_deg)) < 1.0
    assert np.nanmax(np.abs(straight.height_px - turned.height_px)) < 1.0


def test_peak_does_not_depend_on_frame_rate() -> None:
    peaks = [
        np.nanmax(read(still(0.6, fps) + raises(28.0, 2, fps=fps), fps=fps).pitch_deg) for fps in (10.0, 30.0, 60.0)
    ]
    assert max(peaks) - min(peaks) < 0.7


def test_nothing_is_told_before_the_first_rest() -> None:
    got = read(raises(30.0, 2))
    assert np.isnan(got.pitch_deg).all()
    assert np.isnan(got.height_sd_px).all()


def test_nothing_is_told_of_a_foot_that_is_not_seen() -> None:
    got = read(REST + still(0.5, pose=Pose(seen=False)) + still(0.5))
    assert np.isnan(got.pitch_deg[18:33]).all()
    assert np.isnan(got.pitch_sd_deg[18:33]).all()
    assert np.isfinite(got.pitch_deg[-1])


def test_the_hidden_far_foot_is_not_told() -> None:
    assert np.isnan(read(REST + raises(30.0, 1), side="left").pitch_deg).all()


def _from_the_front(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
    points = seen.points.copy()
    points[index("left", "shoulder"), 0] += 60.0
    return frame, replace(seen, points=points)


def _dim(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
    visibility = seen.visibility.copy()
    visibility[index("right", "heel")] = 0.3
    return frame, replace(seen, visibility=visibility)


def _below_the_picture(frame: Frame, seen: PoseObservation) -> tuple[Frame, PoseObservation]:
    points = seen.points.copy()
    points[index("right", "foot_index"), 1] = frame.image.shape[0] + 5.0
    return frame, replace(seen, points=points)


@pytest.mark.parametrize("change", [_from_the_front, _dim, _below_the_picture])
def test_a_foot_that_cannot_be_measured_is_not_told(
    change: Callable[[Frame, PoseObservation], tuple[Frame, PoseObservation]],
) -> None:
    assert np.isnan(read(REST + raises(25.0, 1), change=change).pitch_deg).all()


def test_a_standing_foot_that_creeps_is_not_a_raised_one() -> None:
    creep = [Pose(step_px=(0.02 * i, -0.025 * i)) for i in range(150)]
    got = read(REST + creep)
    assert abs(got.height_px[-1]) < 1.2
    assert abs(got.pitch_deg[-1]) < 1.0


def test_a_covered_foot_falls_back_to_landmarks_and_says_so() -> None:
    cover = [Pose(20.0, covered=True)] * 15
    got = read(REST + raises(20.0, 1)[:15] + cover)
    assert got.pitch_deg[-1] == pytest.approx(10.0, abs=3.0), "the landmarks show half"
    assert got.pitch_sd_deg[-1] > 5.0
    assert abs(20.0 - got.pitch_deg[-1]) < 2.0 * got.pitch_sd_deg[-1]


def test_a_foot_that_steps_away_and_back_keeps_its_zero() -> None:
    away = still(1.0, pose=Pose(step_px=(60.0, -6.0)))
    got = read(REST + away + still(0.9) + raises(30.0, 1)[:16])
    assert got.pitch_deg[-18] == pytest.approx(0.0, abs=1.0)
    assert got.height_px[-18] == pytest.approx(0.0, abs=1.5)
    assert got.pitch_deg[-1] == pytest.approx(30.0, abs=1.5)


def test_a_foot_at_a_new_place_is_anchored_there() -> None:
    there = (60.0, -4.0)
    got = read(REST + still(1.2, pose=Pose(step_px=there)) + still(0.3, pose=Pose(25.0, step_px=there)))
    assert got.height_px[-12] == pytest.approx(0.0, abs=0.5), "the zero is the first stand's, four pixels lower"
    assert got.pitch_deg[-1] == pytest.approx(25.0, abs=2.0)
    assert got.pitch_sd_deg[-1] < 4.0


@pytest.mark.parametrize("seen_deg", [5.5, 10.0], ids=lambda p: f"{p:g}deg")
def test_a_foot_that_may_be_flat_at_a_new_place_goes_on_from_its_landmarks(seen_deg: float) -> None:
    there, pitch = (60.0, -4.0), 2.0 * seen_deg
    rest, up = (still(s, pose=Pose(p, step_px=there)) for s, p in ((1.2, pitch), (0.3, pitch + 20.0)))
    got = read(REST + rest + up)
    assert got.pitch_deg[-12] == pytest.approx(seen_deg, abs=1.5), "the landmarks show half"
    assert got.pitch_deg[-1] - got.pitch_deg[-12] == pytest.approx(20.0, abs=2.0), "the picture shows all"


def test_a_hand_held_camera_moves_no_heel() -> None:
    sway = [Pose(camera_px=(5.0 * np.sin(i / 12.0), 4.0 * np.sin(i / 9.0))) for i in range(90)]
    got = read(REST + sway)
    assert np.nanmax(np.abs(got.height_px)) < 0.7
    assert np.nanmax(np.abs(got.pitch_deg)) < 1.0


@pytest.mark.parametrize("light", [0.6, 1.25], ids=["darker", "brighter"])
def test_a_lamp_changes_no_angle(light: float) -> None:
    got = read(REST + raises(25.0, 1)[:16] + still(0.3, pose=Pose(25.0, light=light)))
    assert got.pitch_deg[-1] == pytest.approx(25.0, abs=2.0)


def test_the_observation_that_comes_in_stays_as_it_is() -> None:
    tracker = FootTracker()
    for frame, seen in film(REST):
        before = seen.points.copy()
        out = tracker.update(frame, seen)
        np.testing.assert_array_equal(seen.points, before)
        np.testing.assert_array_equal(out.points[:33], before[:33])
        assert out.points.dtype == out.sd_px.dtype == np.float32
    assert np.isfinite(out.points[index("right", "heel_base")]).all()


def test_the_same_film_gives_the_same_numbers() -> None:
    poses = REST + raises(30.0, 1)
    np.testing.assert_array_equal(read(poses).pitch_deg, read(poses).pitch_deg)
