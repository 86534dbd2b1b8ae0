"""Laws of the small parts of foot tracking."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_foot import SIZE, Pose, observation, picture

from formcheck.feet.align import Alignment
from formcheck.feet.anchor import make_anchor
from formcheck.feet.channels import colour_table
from formcheck.feet.crop import Crop
from formcheck.feet.floor import Floor
from formcheck.feet.geometry import Motion, SagittalPlane
from formcheck.feet.mask import LegPoints, foot_mask
from formcheck.feet.pivot import Pivot
from formcheck.feet.quality import from_landmarks, from_picture
from formcheck.feet.rest import REST_S, RestDetector
from formcheck.feet.template import clear_of_floor
from formcheck.feet.zero import FlatSense
from formcheck.pixels import colour_cells
from formcheck.skeleton import index

angles = st.floats(-0.9, 0.9)
lengths = st.floats(-60.0, 60.0)
PLACES = np.array([[0.0, 0.0], [40.0, -8.0], [-11.0, -30.0]])


def right_leg(pose: Pose = Pose()) -> LegPoints:  # noqa: B008 - frozen
    points = observation(pose, 0.0).points
    return LegPoints.of(points[[index("right", part) for part in ("knee", "ankle", "heel", "foot_index")]])


@given(angles, lengths, lengths, st.floats(-0.2, 0.2), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_a_step_and_its_update_cancel(a: float, x: float, y: float, da: float, dx: float, dy: float) -> None:
    motion, step = Motion(a, np.array([x, y])), np.array([da, dx, dy])
    updated = motion.after_step(step)
    np.testing.assert_allclose(updated.apply(Motion(da, step[1:]).apply(PLACES)), motion.apply(PLACES), atol=1e-9)


@given(
    st.floats(-0.9, 0.9), st.floats(-0.2, 0.6), lengths, lengths, st.floats(-10.0, 10.0), st.sampled_from([-1.0, 1.0])
)
def test_plane_takes_a_picture_point_back(
    azimuth: float, tilt: float, x: float, y: float, z: float, way: float
) -> None:
    plane = SagittalPlane(way, azimuth, tilt)
    beside = z * np.array([-way * math.sin(azimuth), tilt * math.cos(azimuth)])
    seen = plane.matrix @ np.array([x, y]) + beside
    np.testing.assert_allclose(plane.to_plane(seen, z), [x, y], atol=1e-8)


@given(angles, lengths, lengths)
def test_a_standing_foot_strains_no_pivot(angle: float, x: float, y: float) -> None:
    pivot = Pivot(ball=np.array([40.0, -8.0]), heel=np.zeros(2), drift=np.array([x, y]))
    standing = pivot.standing(angle)
    assert pivot.strain(standing) == pytest.approx(0.0, abs=1e-9)
    assert np.abs(pivot.pull(standing)[1]).max() < 1e-6


@given(st.floats(-0.07, 0.07), lengths, lengths)
def test_a_heel_held_a_little_raised_is_no_drift(angle: float, x: float, y: float) -> None:
    pivot = Pivot(ball=np.array([40.0, -8.0]), heel=np.zeros(2), drift=np.array([x, y]))
    np.testing.assert_allclose(pivot.following(pivot.standing(angle), 10.0).drift, [x, y], atol=1e-9)


def test_the_heel_goes_up_when_the_angle_is_positive() -> None:
    pivot = Pivot(ball=np.array([40.0, -8.0]), heel=np.zeros(2), drift=np.zeros(2))
    assert pivot.standing(0.5).travel(np.zeros(2))[1] < -10.0
    assert pivot.standing(-0.3).travel(np.array([40.0, 0.0]))[1] < -10.0


@given(st.floats(0.2, 3.0), lengths, lengths)
def test_crop_maps_out_what_it_maps_in(scale: float, x: float, y: float) -> None:
    crop = Crop(np.array([12.5, -3.0]), scale, (40, 30))
    np.testing.assert_allclose(crop.outward(crop.inward(np.array([x, y]))), [x, y], atol=1e-9)


@pytest.mark.parametrize("scale", [1.7, 1.0, 0.6, 0.4, 0.25])
def test_crop_shows_the_pixel_it_names(scale: float) -> None:
    ramp = np.zeros((300, 400, 3), dtype=np.uint8)
    ramp[..., 0] = np.arange(400)[None] // 2
    ramp[..., 1] = np.arange(300)[:, None] // 2
    crop = Crop(np.array([60.3, 50.7]), scale, (40, 40))
    x, y = crop.outward(np.array([20.0, 20.0]))
    np.testing.assert_allclose(crop.cut(ramp)[20, 20, :2], [x / 2, y / 2], atol=1.3)


def _rest(step: float, seconds: float = 0.8, fps: float = 30.0) -> bool:
    detector, shape = RestDetector(), np.array([[8.0, -20.0], [0.0, 0.0], [60.0, 2.0]])
    resting = False
    for i in range(round(seconds * fps) + 1):
        heel = np.array([[0.0, 0.5], [0.0, 1.0], [0.0, 0.0]]) * -step * i / fps
        resting = detector.update(i / fps, shape + heel, 60.0)
    return resting


@pytest.mark.parametrize(("px_per_s", "resting"), [(0.0, True), (3.0, True), (15.0, False), (60.0, False)])
def test_rest_is_a_foot_whose_heel_does_not_rise(px_per_s: float, resting: bool) -> None:
    assert _rest(px_per_s) is resting


@pytest.mark.parametrize("fps", [8.0, 15.0, 30.0, 120.0])
def test_rest_takes_its_time_at_any_frame_rate(fps: float) -> None:
    assert not _rest(0.0, REST_S - 0.1, fps)
    assert _rest(0.0, REST_S + 0.15, fps)


def test_a_missed_frame_starts_rest_anew() -> None:
    detector, shape = RestDetector(), np.array([[8.0, -20.0], [0.0, 0.0], [60.0, 2.0]])
    for i in range(20):
        detector.update(i / 30, shape, 60.0)
    detector.missed()
    assert not detector.update(20 / 30, shape, 60.0)


def test_a_first_rest_on_tiptoe_is_refused_once_flat_was_seen() -> None:
    sense = FlatSense()
    for i in range(30):
        sense.update(i / 30, math.radians(2.0 if i < 15 else 20.0))
    raised, flat = right_leg(Pose(40.0)), right_leg()
    assert sense.accepts(flat)
    assert not sense.accepts(raised)


def test_the_mask_is_the_foot_and_not_the_floor() -> None:
    mask = foot_mask(picture(Pose()), right_leg())
    assert mask is not None
    assert mask[240, 135], "heel"
    assert mask[255, 160], "sole"
    assert not mask[275, 150], "below the sole"
    assert not mask[240, 100], "behind the heel"


def test_what_is_close_above_the_floor_is_told_by_the_lower_edge() -> None:
    mask = np.zeros((40, 30), dtype=np.bool_)
    mask[5:30, 10:20] = True
    clear = clear_of_floor(mask)
    assert clear[5:24, 10:20].all()
    assert clear.sum() == 19 * 10


def test_no_anchor_from_a_foot_of_a_few_pixels() -> None:
    small = LegPoints.of(right_leg().stack() * 0.1 + 50.0)
    assert make_anchor(picture(Pose()), small, 0.0) is None


def test_colours_of_the_foot_come_out_above_those_of_the_floor() -> None:
    image = picture(Pose())
    foot, floor = image[230:255, 128:150], image[275:295, 50:250]
    table = colour_table(colour_cells(foot), colour_cells(floor))
    assert table[colour_cells(foot)].mean() > 0.5 > -0.5 > table[colour_cells(floor)].mean()


@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.5, -2.25), (-6.0, 4.0)])
def test_floor_motion_is_found_to_a_tenth_of_a_pixel(shift: tuple[float, float]) -> None:
    leg = right_leg()
    floor = Floor(picture(Pose()), leg.heel, leg.toe)
    for share in (0.5, 1.0):
        moved = picture(Pose(camera_px=(shift[0] * share, shift[1] * share)))
        found = floor.shift(moved)
    np.testing.assert_allclose(found, shift, atol=0.1)


def test_a_moving_foot_moves_no_floor() -> None:
    leg = right_leg()
    floor = Floor(picture(Pose()), leg.heel, leg.toe)
    np.testing.assert_allclose(floor.shift(picture(Pose(35.0))), 0.0, atol=0.1)


def test_a_bare_floor_is_taken_to_stand_still() -> None:
    bare = np.full((SIZE[1], SIZE[0], 3), 128, dtype=np.uint8)
    leg = right_leg()
    np.testing.assert_array_equal(Floor(bare, leg.heel, leg.toe).shift(bare), 0.0)


def _sd(*, misfit: float = 0.4, strain: float = 0.2, azimuth: float = 0.1, angle: float = 0.4) -> tuple[float, float]:
    found = Alignment(Motion(angle, np.zeros(2)), misfit, np.eye(3) * 1e-6)
    motion = from_picture(found, height=20.0, strain=strain, azimuth_rad=azimuth, scale=1.0)
    return motion.angle_sd, motion.height_sd


@pytest.mark.parametrize(
    "worse",
    [{"misfit": 1.0}, {"strain": 3.0}, {"azimuth": 0.7}],
    ids=lambda w: next(iter(w)),
)
def test_doubt_grows_with_each_sign_of_trouble(worse: dict[str, float]) -> None:
    assert all(bad > good for bad, good in zip(_sd(**worse), _sd(), strict=True))


@given(st.floats(0.0, 0.6), st.floats(0.0, 30.0))
def test_landmarks_that_show_half_stay_within_two_deviations(true_angle: float, true_height: float) -> None:
    shown = from_landmarks(true_angle / 2, true_height * 0.75, 60.0)
    assert abs(true_angle - shown.angle) <= 2 * shown.angle_sd
    assert abs(true_height - shown.height) <= 2 * shown.height_sd
