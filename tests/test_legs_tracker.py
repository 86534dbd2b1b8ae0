"""Legs are followed from rest by the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_legs import FPS, Pose, mirrored, raised, rise, watched

from formcheck.legs import LegTracker
from formcheck.skeleton import SIDES, index

STILL = [Pose()] * 10
UP = raised(16.0, 16.0)
UNEVEN = Pose(ankles=(8.0, 16.0), knees=(8.0, 8.0))


@pytest.mark.parametrize(
    ("pose", "left", "right"),
    [(UP, 16, 16), (raised(6, 6), 6, 6), (UNEVEN, 8, 16), (raised(16, 0), 16, 0)],
    ids=["both", "low", "uneven with a bent knee", "one foot only"],
)
def test_ankle_rise_is_that_of_the_picture_not_of_the_landmarks(pose: Pose, left: float, right: float) -> None:
    result = watched([*STILL, pose, pose])
    assert rise(result, "left") == pytest.approx(left, abs=1.6)
    assert rise(result, "right") == pytest.approx(right, abs=1.6)


@pytest.mark.parametrize("inward", [-5.0, 0.0, 4.0])
def test_knees_are_found_sideways(inward: float) -> None:
    result = watched([*STILL, Pose(ankles=(12, 12), knees=(12, 12), knees_x=(inward, -inward))])
    for side, expected in (("left", inward), ("right", -inward)):
        row = index(side, "knee")
        found = result[-1][1].points[row, 0] - result[0][0].points[row, 0]
        assert found == pytest.approx(expected, abs=1.2)


def test_rest_stays_where_the_landmarks_put_it() -> None:
    given, seen = watched([*STILL, Pose()])[-1]
    rows = [index(side, part) for side in SIDES for part in ("knee", "ankle")]
    assert np.abs(seen.points[rows] - given.points[rows]).max() < 0.3


def test_nothing_drifts_over_many_raises() -> None:
    result = watched([*STILL, *[UP, raised(8, 8), Pose()] * 12])
    assert rise(result, "left") == pytest.approx(0.0, abs=0.4)


def test_only_knees_and_ankles_change() -> None:
    given, seen = watched([*STILL, UP])[-1]
    changed = set(np.flatnonzero((given.points != seen.points).any(axis=1)))
    assert changed <= {index(side, part) for side in SIDES for part in ("knee", "ankle")}
    assert changed


def test_a_side_view_passes_unchanged() -> None:
    result = watched([Pose(azimuth_share=0.2)] * 10 + [Pose(azimuth_share=0.2, ankles=(16, 16))])
    assert all(given is seen for given, seen in result)


@pytest.mark.parametrize(
    ("rest", "told"),
    [(Pose(azimuth_share=0.75), False), (Pose(azimuth_share=0.92), True), (Pose(toes_px=25.0), True)],
    ids=["oblique", "nearly front", "oblique by the feet"],
)
def test_an_ankles_height_is_the_landmarks_and_told_where_heights_are_read(rest: Pose, told: bool) -> None:
    given, seen = watched([rest] * 10 + [replace(rest, ankles=(16.0, 16.0))])[-1]
    row = index("left", "ankle")
    assert seen.points[row, 1] == given.points[row, 1]
    assert seen.sd_px[row] >= given.sd_px[row]
    assert bool(seen.sd_px[row] > 3.0 * given.sd_px[row]) is told


def test_before_a_rest_observations_pass_unchanged() -> None:
    result = watched([UP, Pose(), UP, Pose()])
    assert all(given is seen for given, seen in result)


def test_nobody_seen_passes_unchanged_and_does_no_harm() -> None:
    result = watched([*STILL, Pose(seen=False), Pose(seen=False), UP])
    assert result[10][1] is result[10][0]
    assert rise(result, "left") == pytest.approx(16.0, abs=1.6)


@pytest.mark.parametrize(("azimuth_share", "wider"), [(1.0, True), (0.75, False)], ids=["front", "oblique"])
def test_where_the_picture_shows_no_legs_landmarks_stay_from_the_front_with_a_wider_deviation(
    azimuth_share: float, wider: bool
) -> None:
    rest = Pose(azimuth_share=azimuth_share)
    hidden = Pose(azimuth_share=azimuth_share, ankles=(16, 16), knees=(16, 16), covered=True)
    given, seen = watched([*[rest] * 10, hidden])[-1]
    rows = [index(side, part) for side in SIDES for part in ("knee", "ankle")]
    assert (seen.points[rows] == given.points[rows]).all()
    assert ((seen.sd_px[rows] > 1.5 * given.sd_px[rows]) == wider).all()


def test_the_top_held_for_seconds_is_not_taken_for_rest() -> None:
    assert rise(watched([*STILL, *[UP] * int(3 * FPS)]), "left") == pytest.approx(16.0, abs=1.6)


def test_a_first_rest_at_the_top_is_given_up_when_the_person_comes_down() -> None:
    result = watched([*[UP] * 10, *STILL, UP])
    assert result[-1][1].points[index("left", "ankle"), 1] == pytest.approx(460.0 - 16.0, abs=2.0)


def test_after_a_step_aside_the_new_place_is_the_rest() -> None:
    away = [Pose(step_px=40.0)] * 12
    result = watched([*STILL, *away, Pose(ankles=(16, 16), knees=(16, 16), step_px=40.0)])
    assert rise(result, "right") == pytest.approx(16.0, abs=1.6)
    assert result[-1][1].points[index("right", "ankle"), 0] == pytest.approx(300.0, abs=1.0)


def test_a_mirrored_video_gives_mirrored_sides() -> None:
    poses = [*STILL, UNEVEN]
    plain, other = watched(poses)[-1][1], mirrored(watched(poses, mirror=True)[-1][1])
    rows = [index(side, part) for side in SIDES for part in ("knee", "ankle")]
    assert np.abs(plain.points[rows] - other.points[rows]).max() < 0.8


def test_twice_as_many_pixels_give_twice_the_rise() -> None:
    assert rise(watched([*STILL, UP], zoom=2), "left") == pytest.approx(32.0, abs=3.2)


def test_tracking_twice_gives_the_same_bytes() -> None:
    first, second = (watched([*STILL, UNEVEN, UP], tracker=LegTracker()) for _ in range(2))
    for (_, a), (_, b) in zip(first, second, strict=True):
        assert a.points.tobytes() == b.points.tobytes()
        assert a.sd_px.tobytes() == b.sd_px.tobytes()


def test_the_deviation_grows_with_the_motion() -> None:
    result = watched([*STILL, Pose(), UP])
    row = index("left", "ankle")
    assert result[-1][1].sd_px[row] > result[-2][1].sd_px[row] > 0.0
