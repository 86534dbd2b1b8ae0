"""The roll of the pelvis is read from the strip above the hip joints."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from made_legs import SIZE, Pose, mirrored, observation, picture
from numpy.typing import NDArray

from formcheck.legs import LegTracker
from formcheck.legs.pelvis import Pelvis
from formcheck.legs.rest import Rest, RestFinder
from formcheck.model import FloatArray, Frame, PoseObservation
from formcheck.skeleton import index

MIDDLE = (300.0, 255.0)
HEM_Y = 250
HIPS = [index(side, "hip") for side in ("left", "right")]
Image = NDArray[np.uint8]


def person(roll_deg: float = 0.0, *, hem_deg: float | None = None, hand: bool = False) -> Image:
    """Draw legs and a shirt turned clockwise about the middle of the hips; its hem may turn by itself."""
    image = picture(Pose()).astype(np.float32)
    for turn, top, bottom in ((roll_deg, 120, HEM_Y), (roll_deg if hem_deg is None else hem_deg, HEM_Y, 285)):
        shape = np.zeros(SIZE[::-1], dtype=np.float32)
        outline = [(262, 120), (338, 120), (332, 195), (346, 285), (254, 285), (268, 195)]
        cv2.fillPoly(shape, [np.array(outline, dtype=np.int32)], 1.0)
        shape[:top] = shape[bottom:] = 0.0
        about = cv2.getRotationMatrix2D(MIDDLE, -turn, 1.0)
        cover, shirt = (cv2.warpAffine(layer, about, SIZE) for layer in (shape, shirt_cloth()))
        cover = np.asarray(cover)[..., None]
        image = image * (1.0 - cover) + np.asarray(shirt) * cover
    if hand:
        cv2.line(image, (200, 262), (262, 222), (205, 160, 130), 20)
        cv2.line(image, (262, 222), (300, 228), (205, 160, 130), 16)
    return np.rint(image).astype(np.uint8)


def shirt_cloth() -> NDArray[np.float32]:
    folds = np.random.default_rng(3).normal(0.0, 30.0, (SIZE[1], SIZE[0], 1)).astype(np.float32)
    return np.array([60, 90, 170], dtype=np.float32) + cv2.GaussianBlur(folds, (0, 0), 3.0)[..., None] * 3.0


def landmarks(roll_deg: float = 0.0, *, hand: bool = False, shoulders: float = 1.0) -> PoseObservation:
    """Return landmarks whose hips follow half of the roll, the tilt of a poor rest included."""
    given = observation(Pose(azimuth_share=shoulders), 0.0)
    drop = 60.0 * np.tan(np.radians(0.5 * roll_deg + 2.0))
    given.points[HIPS, 1] += np.array([0.5, -0.5], dtype=np.float32) * np.float32(drop)
    if hand:
        for part, place in (("elbow", (200, 262)), ("wrist", (262, 222)), ("index", (290, 226))):
            given.points[index("right", part)] = place
    return given


def points(given: PoseObservation) -> FloatArray:
    return given.points.astype(np.float64)


def rest_of(given: PoseObservation) -> Rest:
    finder = RestFinder()
    found = [finder.update(i / 15.0, points(given)) for i in range(10)][-1]
    assert found is not None
    return found


def read(image: Image, given: PoseObservation) -> tuple[float, float]:
    """Return the roll in degrees and its standard deviation, the rest being a level person."""
    pelvis = Pelvis(person(), rest_of(landmarks()))
    found = pelvis.roll(image, points(given))
    return (float(np.degrees(found.angle)), float(np.degrees(found.sd))) if found is not None else (np.nan, np.nan)


def tilt(given: PoseObservation) -> float:
    x, y = points(given)[HIPS[0]] - points(given)[HIPS[1]]
    return float(np.degrees(np.arctan(y / x)))


def tracked(image: Image, given: PoseObservation, *, first: Image, rest: PoseObservation) -> PoseObservation:
    tracker = LegTracker()
    for i in range(10):
        tracker.update(Frame(i, i / 15.0, first), replace(rest, time_s=i / 15.0))
    return tracker.update(Frame(10, 10 / 15.0, image), replace(given, time_s=10 / 15.0))


@pytest.mark.parametrize("roll_deg", [-12.0, -5.0, 0.0, 3.0, 10.0])
def test_the_roll_is_that_of_the_picture_not_of_the_landmarks(roll_deg: float) -> None:
    found, sd = read(person(roll_deg), landmarks(roll_deg))
    assert found == pytest.approx(roll_deg, abs=1.2)
    assert 2.0 <= sd < 4.0


def test_the_deviation_grows_with_the_roll() -> None:
    assert read(person(10.0), landmarks(10.0))[1] > read(person(2.0), landmarks(2.0))[1]


@pytest.mark.parametrize("hem_deg", [-8.0, 8.0])
def test_a_hem_that_goes_with_the_thighs_is_no_roll(hem_deg: float) -> None:
    assert read(person(0.0, hem_deg=hem_deg), landmarks())[0] == pytest.approx(0.0, abs=1.0)


def test_a_hand_before_the_hip_is_no_roll() -> None:
    assert read(person(8.0, hand=True), landmarks(8.0, hand=True))[0] == pytest.approx(8.0, abs=1.5)


def test_a_strip_that_hands_cover_gives_no_roll() -> None:
    given = landmarks()
    for side, x in (("left", 360), ("right", 240)):
        for part, place in (("elbow", (x, 210)), ("wrist", (600 - x, 220)), ("index", (x, 235))):
            given.points[index(side, part)] = place
    assert np.isfinite(read(person(), landmarks())[0])
    assert np.isnan(read(person(), given)[0])


def test_what_does_not_look_like_the_rest_gives_no_roll() -> None:
    noise = np.random.default_rng(1).integers(0, 255, person().shape).astype(np.uint8)
    for other in (np.full_like(noise, 128), cv2.blur(noise, (7, 7)).astype(np.uint8) * 3):
        assert np.isnan(read(other, landmarks())[0])


def test_missing_hips_give_no_roll() -> None:
    given = landmarks()
    given.points[HIPS[0]] = np.nan
    assert np.isnan(read(person(), given)[0])


@pytest.mark.parametrize("first", [picture(Pose(covered=True)), np.full((520, 600, 3), 128, np.uint8)])
def test_a_rest_without_a_visible_pelvis_is_no_template(first: Image) -> None:
    assert Pelvis(person(), rest_of(landmarks())).views is not None
    assert Pelvis(first, rest_of(landmarks())).views is None


def test_hips_turn_about_their_middle_and_stay_across() -> None:
    given = landmarks(10.0)
    found = tracked(person(10.0), given, first=person(), rest=landmarks())
    assert tilt(found) == pytest.approx(12.0, abs=1.2)
    assert (found.points[HIPS, 0] == given.points[HIPS, 0]).all()
    assert found.points[HIPS, 1].mean() == pytest.approx(given.points[HIPS, 1].mean(), abs=1e-3)


def test_hips_are_no_surer_than_the_mean_of_two_landmarks_and_the_roll() -> None:
    given = landmarks(10.0)
    found = tracked(person(10.0), given, first=person(), rest=landmarks())
    assert (found.sd_px[HIPS] > given.sd_px[HIPS] / np.sqrt(2.0)).all()


def test_a_mirrored_video_gives_the_mirrored_tilt() -> None:
    plain = tracked(person(8.0), landmarks(8.0), first=person(), rest=landmarks())
    flipped = [np.ascontiguousarray(image[:, ::-1]) for image in (person(8.0), person())]
    other = tracked(flipped[0], mirrored(landmarks(8.0)), first=flipped[1], rest=mirrored(landmarks()))
    assert tilt(other) == pytest.approx(-tilt(plain), abs=0.6)


@pytest.mark.parametrize(
    ("first", "shoulders"), [(picture(Pose()), 1.0), (person(), 0.75)], ids=["hidden at rest", "oblique"]
)
def test_without_a_front_view_of_the_pelvis_hips_stay_the_landmarks(first: Image, shoulders: float) -> None:
    given = landmarks(8.0, shoulders=shoulders)
    found = tracked(person(8.0), given, first=first, rest=landmarks(shoulders=shoulders))
    assert (found.points[HIPS] == given.points[HIPS]).all()
    assert (found.sd_px[HIPS] == given.sd_px[HIPS]).all()
